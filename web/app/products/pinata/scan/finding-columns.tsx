import { Badge } from "~/ui/badge";
import type { Column } from "~/ui/data-table";
import { Confidence } from "../confidence";
import { KindMark, KindWord } from "../kind-mark";
import { kindOf } from "../kinds";
import { Place } from "../place";
import type { CodeNode } from "../types";

export const choosable = [
  { id: "kind", label: "Kind" },
  { id: "place", label: "Location" },
  { id: "service", label: "Service" },
  { id: "language", label: "Language" },
  { id: "confidence", label: "Confidence" },
];

export const findingColumns: Column<CodeNode>[] = [
  {
    id: "name",
    header: "Name",
    cell: ({ row: { original: node } }) => (
      <div className="min-w-0">
        {/* The row's own click opens it; this button is the keyboard's and the screen reader's. */}
        <button type="button" data-open className="flex max-w-full items-center gap-2 rounded-sm text-left font-medium">
          <KindMark kind={node.kind} className="md:hidden" />
          <span className="truncate">{node.name}</span>
        </button>
        <span className="block truncate text-fg-3 md:hidden">
          <span className="text-2xs">{kindOf(node.kind).word}</span> <Place file={node.file} line={node.line} />
        </span>
      </div>
    ),
    className: "max-w-0 w-[38%] max-md:w-full",
  },
  { id: "kind", header: "Kind", cell: ({ row }) => <KindWord kind={row.original.kind} />, className: "max-md:hidden" },
  {
    id: "place",
    header: "Location",
    cell: ({ row }) => <Place file={row.original.file} line={row.original.line} className="block truncate" />,
    className: "max-w-0 w-[36%] max-md:hidden",
  },
  {
    id: "service",
    header: "Service",
    cell: ({ row }) => <span className="block max-w-28 truncate text-fg-2">{row.original.service ?? "–"}</span>,
    className: "max-xl:hidden",
  },
  {
    id: "language",
    header: "Language",
    cell: ({ row }) => (row.original.language ? <Badge>{row.original.language}</Badge> : "–"),
    className: "max-md:hidden",
  },
  {
    id: "confidence",
    header: "Sure",
    cell: ({ row }) => <Confidence value={row.original.confidence} />,
    className: "text-right max-md:hidden",
  },
];
