import { cn } from "~/lib/classes";
import { kindOf, type Shape } from "./kinds";

const paths: Record<Shape, string> = {
  circle: "M6 1.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6Z",
  square: "M1.6 1.6h8.8v8.8H1.6Z",
  diamond: "M6 .5 11.5 6 6 11.5.5 6Z",
  triangle: "M1.2 1 11 6 1.2 11Z",
  hexagon: "M3.4 1h5.2L11.3 6 8.6 11H3.4L.7 6Z",
};

/** The shape and colour of a kind, as in the graph. */
export function KindMark({ kind, className }: { kind: string; className?: string }) {
  const { shape, color } = kindOf(kind);
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className={cn("size-2.5 shrink-0", className)}>
      <path d={paths[shape]} fill={`var(${color})`} />
    </svg>
  );
}

export function KindWord({ kind, className }: { kind: string; className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2 whitespace-nowrap text-fg-2", className)}>
      <KindMark kind={kind} /> {kindOf(kind).word}
    </span>
  );
}
