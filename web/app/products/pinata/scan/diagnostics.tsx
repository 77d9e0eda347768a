import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { count } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Badge } from "~/ui/badge";
import { Card } from "~/ui/card";
import { type Column, DataTable } from "~/ui/data-table";
import { Empty } from "~/ui/empty";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { diagnosticsQuery } from "../api";
import { Place } from "../place";
import type { Diagnostic } from "../types";
import { HonestyCard } from "./honesty-card";
import { useScanContext } from "./layout";

const columns: Column<Diagnostic>[] = [
  {
    id: "code",
    header: "Code",
    cell: ({ row }) => <Badge tone="warn">{row.original.code.replace(/[_.]/g, " ")}</Badge>,
    className: "max-md:hidden",
  },
  {
    id: "place",
    header: "Where",
    cell: ({ row }) => <Place file={row.original.file} line={row.original.line} className="block truncate" />,
    className: "max-w-0 w-[34%] max-md:hidden",
  },
  {
    id: "message",
    header: "What",
    cell: ({ row }) => (
      <div className="min-w-0 py-1.5">
        <span className="block">{row.original.message}</span>
        <Place file={row.original.file} line={row.original.line} className="block truncate md:hidden" />
      </div>
    ),
    className: "w-[52%] max-md:max-w-0 max-md:w-full",
  },
];

/** Files that could not be read whole, or were left out, and why. */
export default function Diagnostics() {
  const org = useOrg();
  const { scan } = useScanContext();
  const query = useQuery(diagnosticsQuery(org, scan.id));
  const rows = query.data ?? [];
  return (
    <div className="grid gap-4">
      <HonestyCard org={org} scan={scan.id} />
      <Card className="overflow-hidden" aria-label="Diagnostics">
        {query.isPending && <SkeletonRows />}
        {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
        {query.isSuccess && rows.length === 0 && (
          <Empty icon={CircleCheck} title="Every file was read whole">
            Nothing was skipped, cut short or unreadable.
          </Empty>
        )}
        {rows.length > 0 && (
          <>
            <DataTable
              label="Diagnostics"
              rows={rows}
              columns={columns}
              rowId={(row) => `${row.file}:${row.line}:${row.code}:${row.message}`}
              rowHeight={48}
              className="max-h-[34rem]"
            />
            <p className="num px-4 py-3 text-xs text-fg-2">
              {count(rows.length)} {rows.length === 1 ? "note" : "notes"}
            </p>
          </>
        )}
      </Card>
    </div>
  );
}
