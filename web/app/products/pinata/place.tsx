import { cn } from "~/lib/classes";

/** file:line; the folder's beginning gives way first when there is no room. */
export function Place({ file, line, className }: { file: string | null; line: number | null; className?: string }) {
  if (!file) return <span className="text-fg-3">–</span>;
  return (
    <span className={cn("font-mono text-xs text-fg-2", className)} title={line ? `${file}:${line}` : file}>
      {file}
      {line ? `:${line}` : ""}
    </span>
  );
}
