import type { Changes, CodeNode } from "../types";

export interface Row {
  change: "added" | "removed" | "changed";
  node: CodeNode;
  /** Only of changed ones: as it was. */
  before?: CodeNode;
}

/** All changed nodes in one list: by file and line, so that what happened in one place stands together. */
export function changeRows({ nodes }: Changes): Row[] {
  const rows: Row[] = [
    ...nodes.added.map((node): Row => ({ change: "added", node })),
    ...nodes.removed.map((node): Row => ({ change: "removed", node })),
    ...nodes.changed.map(({ before, after }): Row => ({ change: "changed", node: after, before })),
  ];
  return rows.sort(
    (a, b) => (a.node.file ?? "").localeCompare(b.node.file ?? "") || (a.node.line ?? 0) - (b.node.line ?? 0),
  );
}
