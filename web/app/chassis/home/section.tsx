import type { ReactNode } from "react";
import { cn } from "~/lib/classes";

interface Props {
  id: string;
  title: string;
  text: ReactNode;
  sunken?: boolean;
  children: ReactNode;
}

export function Section({ id, title, text, sunken, children }: Props) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className={cn("scroll-mt-14 border-b", sunken && "bg-canvas")}>
      <div className="mx-auto max-w-6xl px-4 py-16 sm:px-6 lg:py-24">
        <h2
          id={`${id}-title`}
          className="max-w-2xl text-2xl leading-tight font-semibold tracking-[-0.02em] text-balance sm:text-[2rem]"
        >
          {title}
        </h2>
        <p className="mt-3 max-w-2xl text-base text-fg-2">{text}</p>
        <div className="mt-10">{children}</div>
      </div>
    </section>
  );
}
