import { cn } from "~/lib/classes";
import { shapePath } from "~/lib/shapes";
import { kindOf } from "./kinds";

/** The shape and colour of a kind, as in the graph. */
export function KindMark({ kind, className }: { kind: string; className?: string }) {
  const { shape, color } = kindOf(kind);
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className={cn("size-2.5 shrink-0", className)}>
      <path d={shapePath(shape, 6, 6, 5.4)} fill={`var(${color})`} />
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
