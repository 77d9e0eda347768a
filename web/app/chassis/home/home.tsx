import { ArrowRight } from "lucide-react";
import { Link } from "react-router";
import { ThemeMenu } from "~/shell/theme-menu";
import { Button } from "~/ui/button";
import { Logo } from "~/ui/logo";
import { Commands } from "./commands";
import { FlowPicture } from "./flow-picture";
import { FollowOne } from "./follow-one";
import { Found } from "./found";
import { House } from "./house";

export function meta() {
  const description =
    "Tenantry turns a single-user tool into a multi-tenant service. Its first product, Pinata Code, reads a repository and shows how data flows through it.";
  return [
    { title: "Tenantry: see how data flows through your code" },
    { name: "description", content: description },
    { property: "og:title", content: "Tenantry" },
    { property: "og:description", content: description },
  ];
}

export default function Home() {
  return (
    <div className="min-h-dvh bg-surface">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-primary px-3 py-2 text-primary-fg focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-20 border-b bg-surface/90 backdrop-blur">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-2 px-4 sm:px-6">
          <Link to="/" className="mr-auto flex items-center gap-2.5 rounded-md text-lg font-semibold tracking-tight">
            <Logo className="size-7" /> Tenantry
          </Link>
          <nav aria-label="On this page" className="mr-2 flex gap-1 max-md:hidden">
            {[
              ["#found", "What it finds"],
              ["#house", "How it is built"],
              ["#run", "Run it"],
            ].map(([href, label]) => (
              <a key={href} href={href} className="rounded-md px-2.5 py-1.5 text-fg-2 hover:bg-hover hover:text-fg">
                {label}
              </a>
            ))}
          </nav>
          <ThemeMenu />
          <Button size="md" variant="ghost" asChild>
            <Link to="/sign-in">Sign in</Link>
          </Button>
          <Button size="md" variant="primary" asChild>
            <Link to="/sign-up">Create an account</Link>
          </Button>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="outline-none">
        <Hero />
        <FollowOne />
        <Found />
        <House />
        <Commands />
      </main>
      <footer className="border-t">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-3 px-4 py-8 text-fg-2 sm:px-6">
          <p className="flex items-center gap-2">
            <Logo className="size-5" /> Tenantry is open source, under Apache-2.0.
          </p>
          <nav aria-label="Account" className="flex gap-4">
            <Link to="/sign-in" className="rounded-sm hover:text-fg">
              Sign in
            </Link>
            <Link to="/sign-up" className="rounded-sm hover:text-fg">
              Create an account
            </Link>
          </nav>
        </div>
      </footer>
    </div>
  );
}

function Hero() {
  return (
    <section aria-labelledby="hero" className="relative overflow-hidden border-b bg-canvas">
      <div className="mx-auto grid max-w-6xl items-center gap-x-10 gap-y-12 px-4 pt-14 pb-16 sm:px-6 lg:grid-cols-[1fr_1.15fr] lg:pt-20 lg:pb-24">
        <div>
          <p className="text-sm font-medium text-product-fg">Pinata Code, on Tenantry</p>
          <h1
            id="hero"
            className="mt-3 text-[2.25rem] leading-[1.08] font-semibold tracking-[-0.03em] text-balance sm:text-[3.25rem]"
          >
            See how data flows through your code.
          </h1>
          <p className="mt-5 max-w-lg text-lg text-fg-2">
            Point Pinata at a repository. It reads every file and draws what is in there: the routes that let data in,
            the calls that carry it, the tables, queues and files where it ends, and each path between them, down to the
            line.
          </p>
          <div className="mt-7 flex flex-wrap gap-2.5">
            <Button size="lg" variant="primary" asChild>
              <Link to="/sign-up">
                Scan your first repository <ArrowRight aria-hidden="true" />
              </Link>
            </Button>
            <Button size="lg" asChild>
              <a href="#run">Run it yourself</a>
            </Button>
          </div>
          <p className="mt-4 text-fg-3">
            Python, TypeScript, JavaScript, Java, Go and C#. Your code is read, never run.
          </p>
        </div>
        <FlowPicture />
      </div>
    </section>
  );
}
