import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Links, Meta, Outlet, Scripts, ScrollRestoration } from "react-router";
import type { Route } from "./+types/root";
import "./app.css";
import { createQueryClient } from "./api/client";
import { ProofGate } from "./chassis/proof/proof-gate";
import { themeScript } from "./lib/theme";
import { ErrorPage } from "./shell/error-page";
import { Toaster } from "./ui/toast";
import { TooltipProvider } from "./ui/tooltip";

export function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, hashed in the content security policy */}
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

export function meta(): Route.MetaDescriptors {
  return [
    { title: "Tenantry" },
    {
      name: "description",
      content:
        "Tenantry turns a single-user tool into a multi-tenant service. Pinata Code shows how data flows through your repositories.",
    },
  ];
}

export default function Root() {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider delayDuration={400}>
        <Outlet />
        <ProofGate />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  );
}

/** What stands there for the moment until the scripts have run, on every page that isn't written out as HTML. */
export function HydrateFallback() {
  return <p className="sr-only">Loading Tenantry…</p>;
}

export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  return <ErrorPage error={error} />;
}
