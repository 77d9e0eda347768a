import { ago, dateTime } from "~/lib/format";
import { useMedia, useNow } from "~/lib/hooks";
import { Badge } from "~/ui/badge";
import { type Column, DataTable } from "~/ui/data-table";
import type { Entry } from "./api";
import { actionWords, actorWords, nameIn, partOf, weight } from "./words";

interface Props {
  entries: Entry[];
  products: { slug: string; name: string }[];
  openId: string | null;
  onOpen: (entry: Entry) => void;
  onEnd: () => void;
  className?: string;
}

export function EntryTable({ entries, products, openId, onOpen, onEnd, className }: Props) {
  const now = useNow(10_000);
  const narrow = useMedia("(max-width: 767px)");
  const columns: Column<Entry>[] = [
    {
      id: "what",
      header: "What",
      cell: ({ row: { original: entry } }) => (
        <div className="min-w-0 py-1">
          <button
            type="button"
            data-open
            onClick={(event) => {
              event.stopPropagation();
              onOpen(entry);
            }}
            className="block max-w-full truncate rounded-sm text-left font-semibold"
          >
            {actionWords(entry.action)} <span className="font-normal text-fg-2">{nameIn(entry)}</span>
          </button>
          <span className="block truncate text-xs text-fg-3 md:hidden">
            {actorWords(entry.actor)} · {ago(entry.at, now)}
          </span>
        </div>
      ),
      className: "max-w-0 w-[36%] max-md:w-full",
    },
    {
      id: "part",
      header: "Part",
      cell: ({ row: { original: entry } }) => (
        <Badge tone={weight(entry.action)}>{partOf(entry.action, products)}</Badge>
      ),
      className: "max-md:text-right",
    },
    {
      id: "who",
      header: "Who",
      cell: ({ row: { original: entry } }) => (
        <span className="block truncate text-fg-2">
          {actorWords(entry.actor)}
          {entry.actor.kind === "api_key" && <span className="text-fg-3"> (key)</span>}
        </span>
      ),
      className: "max-w-0 w-[24%]",
    },
    {
      id: "address",
      header: "Address",
      cell: ({ row }) => (
        <span className="block max-w-36 truncate font-mono text-xs text-fg-2">{row.original.address ?? "–"}</span>
      ),
    },
    {
      id: "when",
      header: "When",
      cell: ({ row }) => (
        <time dateTime={row.original.at} title={dateTime(row.original.at)} className="num whitespace-nowrap text-fg-2">
          {ago(row.original.at, now)}
        </time>
      ),
      className: "text-right",
    },
  ];
  return (
    <DataTable
      label="Audit log"
      rows={entries}
      columns={columns}
      rowId={(entry) => entry.id}
      rowHeight={narrow ? 52 : 40}
      visibility={{ who: !narrow, address: !narrow, when: !narrow }}
      onOpen={onOpen}
      onEnd={onEnd}
      openId={openId}
      className={className}
    />
  );
}
