import type { ReactNode } from "react";
import { cn } from "~/lib/classes";

export function Kbd({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-line-strong bg-surface px-1 font-sans text-2xs text-fg-3",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
