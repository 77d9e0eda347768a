import { FileArchive, FolderOpen, GitBranch, Sparkles } from "lucide-react";
import { cn } from "~/lib/classes";
import type { Source } from "../types";

const icons = { git: GitBranch, path: FolderOpen, upload: FileArchive, sample: Sparkles };

/** An address without what everybody knows: https://host/owner/name.git → host/owner/name. */
export function shortLocation(location: string): string {
  return location
    .replace(/^(https?|ssh|file|git):\/\//, "")
    .replace(/^[^@/]+@/, "")
    .replace(/\.git$/, "");
}

export function SourceLine({ source, className }: { source: Source; className?: string }) {
  const Icon = icons[source.kind];
  return (
    <span className={cn("inline-flex min-w-0 items-center gap-1.5 text-fg-3", className)}>
      <Icon className="size-3.5 shrink-0" aria-hidden="true" />
      <span className="truncate font-mono text-xs" title={source.location}>
        {shortLocation(source.location)}
      </span>
    </span>
  );
}
