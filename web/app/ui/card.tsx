import type { ComponentProps, ReactNode } from "react";
import { cn } from "~/lib/classes";

export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section className={cn("rounded-lg border bg-raised shadow-card", className)} {...rest} />;
}

interface HeadProps {
  title: ReactNode;
  text?: ReactNode;
  children?: ReactNode;
  className?: string;
}

export function CardHead({ title, text, children, className }: HeadProps) {
  return (
    <div className={cn("flex min-h-12 flex-wrap items-center justify-between gap-2 px-4 py-2.5", className)}>
      <div className="min-w-0">
        <h2 className="font-semibold">{title}</h2>
        {text && <p className="text-xs text-fg-3">{text}</p>}
      </div>
      {children}
    </div>
  );
}
