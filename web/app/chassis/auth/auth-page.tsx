import type { ReactNode } from "react";
import { Link } from "react-router";
import { Logo } from "~/ui/logo";

interface Props {
  title: string;
  text: ReactNode;
  children: ReactNode;
  below?: ReactNode;
}

/** The quiet frame of sign-in and sign-up. */
export function AuthPage({ title, text, children, below }: Props) {
  return (
    <div className="flex min-h-dvh flex-col items-center bg-canvas px-4 py-10 sm:justify-center">
      <header className="mb-6">
        <Link
          to="/"
          aria-label="Tenantry, home"
          className="flex items-center gap-2.5 rounded-md text-lg font-semibold tracking-tight"
        >
          <Logo className="size-8" /> Tenantry
        </Link>
      </header>
      <main className="w-full max-w-sm rounded-xl bg-surface p-6 shadow-panel sm:p-7">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        <p className="mt-1 mb-5 text-fg-2">{text}</p>
        {children}
      </main>
      {below && <footer className="mt-5 text-fg-2">{below}</footer>}
    </div>
  );
}
