import { Link, useNavigate } from "react-router";
import { ago, commit, count, duration } from "~/lib/format";
import { useMedia, useNow } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import { type Column, DataTable } from "~/ui/data-table";
import { StatusBadge } from "../status";
import type { Scan } from "../types";

/** Seconds a scan took, or has taken so far. */
export function scanSeconds(scan: Scan, now: number): number | null {
  if (!scan.started_at) return null;
  return ((scan.finished_at ? Date.parse(scan.finished_at) : now) - Date.parse(scan.started_at)) / 1000;
}

interface Props {
  scans: Scan[];
  /** On a repository's own page its name says nothing new. */
  named?: boolean;
  onEnd?: () => void;
  className?: string;
}

export function ScanTable({ scans, named = true, onEnd, className }: Props) {
  const org = useOrg();
  const navigate = useNavigate();
  const now = useNow(1000);
  const narrow = useMedia("(max-width: 767px)");
  const columns: Column<Scan>[] = [
    {
      id: "scan",
      header: "Scan",
      cell: ({ row: { original: scan } }) => (
        <div className="min-w-0 py-1">
          <Link
            data-open
            to={`/${org}/pinata/scans/${scan.id}`}
            onClick={(event) => event.stopPropagation()}
            className="block truncate rounded-sm font-semibold"
          >
            {named && `${scan.repository.name} `}
            <span className={named ? "num font-normal text-fg-2" : "num"}>
              {named ? `#${scan.number}` : `Scan #${scan.number}`}
            </span>
          </Link>
          <span className="num block truncate text-xs text-fg-3 md:hidden">
            {ago(scan.created_at, now)} · {scan.started_by}
          </span>
        </div>
      ),
      className: "max-w-0 w-[40%] max-md:w-full",
    },
    {
      id: "status",
      header: "Status",
      cell: ({ row }) => <StatusBadge status={row.original.status} />,
      className: "max-md:text-right",
    },
    {
      id: "commit",
      header: "Commit",
      cell: ({ row: { original: scan } }) => (
        <span className="font-mono text-xs whitespace-nowrap text-fg-2">
          {scan.branch ?? "–"}
          {scan.commit && ` @ ${commit(scan.commit)}`}
        </span>
      ),
      className: "max-lg:hidden",
    },
    {
      id: "found",
      header: "Routes",
      cell: ({ row }) => (
        <span className="num">
          {row.original.metrics.routes === undefined ? "–" : count(row.original.metrics.routes)}
        </span>
      ),
      className: "text-right max-md:hidden",
    },
    {
      id: "took",
      header: "Took",
      cell: ({ row }) => {
        const seconds = scanSeconds(row.original, now);
        return <span className="num whitespace-nowrap text-fg-2">{seconds === null ? "–" : duration(seconds)}</span>;
      },
      className: "text-right max-md:hidden",
    },
    {
      id: "by",
      header: "Started",
      cell: ({ row: { original: scan } }) => (
        <span className="num whitespace-nowrap text-fg-2">
          {ago(scan.created_at, now)} <span className="text-fg-3 max-xl:hidden">by {scan.started_by}</span>
        </span>
      ),
      className: "text-right max-md:hidden",
    },
  ];
  return (
    <DataTable
      label="Scans"
      rows={scans}
      columns={columns}
      rowId={(scan) => scan.id}
      rowHeight={narrow ? 56 : 40}
      onOpen={(scan) => navigate(`/${org}/pinata/scans/${scan.id}`)}
      onEnd={onEnd}
      className={className}
    />
  );
}
