import { useQuery } from "@tanstack/react-query";
import { GitCompareArrows, Minus, PencilLine, Plus } from "lucide-react";
import { useState } from "react";
import { cn } from "~/lib/classes";
import { useFilters } from "~/lib/filters";
import { ago, count, signed } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { Empty } from "~/ui/empty";
import { Select } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { changesQuery, repositoryScansQuery } from "../api";
import { KindMark } from "../kind-mark";
import { kindOf } from "../kinds";
import { Place } from "../place";
import type { CodeNode } from "../types";
import { changeRows, type Row } from "./change-rows";
import { useScanContext } from "./layout";

const FIRST = 100;

const marks = {
  added: { icon: Plus, word: "Added", tone: "ok" },
  removed: { icon: Minus, word: "Removed", tone: "bad" },
  changed: { icon: PencilLine, word: "Changed", tone: "info" },
} as const;

/** What is new, gone or different since an earlier scan. */
export default function ChangesTab() {
  const org = useOrg();
  const { scan } = useScanContext();
  const [all, setAll] = useState(false);
  const [{ against, what }, set] = useFilters("against", "what");
  const query = useQuery(changesQuery(org, scan.id, against));
  const earlier = (useQuery(repositoryScansQuery(org, scan.repository.id)).data?.items ?? []).filter(
    (one) => one.status === "succeeded" && one.number < scan.number,
  );
  const changes = query.data;
  const rows = changes ? changeRows(changes) : [];
  const shown = what ? rows.filter((row) => row.change === what) : rows;
  const number = (change: string) => rows.filter((row) => row.change === change).length;
  if (query.isSuccess && !changes?.against) {
    return (
      <Card>
        <Empty icon={GitCompareArrows} title="Nothing to compare with yet">
          This is the first finished scan of {scan.repository.name}. Scan it again after a change, and what is different
          will stand here.
        </Empty>
      </Card>
    );
  }
  return (
    <Card className="overflow-hidden" aria-label="Changes">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b p-2">
        <div role="group" aria-label="Kind of change" className="flex gap-0.5 overflow-x-auto">
          {(["", "added", "removed", "changed"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={what === one}
              onClick={() => set({ what: one })}
              className={cn(
                "h-7 rounded-md px-2 text-xs text-fg-2 hover:bg-hover",
                what === one && "bg-active font-semibold text-fg",
              )}
            >
              {one ? marks[one].word : "All"}{" "}
              <span className="num font-normal text-fg-3">{count(one ? number(one) : rows.length)}</span>
            </button>
          ))}
        </div>
        {earlier.length > 0 && (
          <Select
            aria-label="Compare with"
            className="h-8 w-auto"
            value={against || changes?.against?.id || ""}
            onChange={(event) => set({ against: event.target.value })}
          >
            {earlier.map((one) => (
              <option key={one.id} value={one.id}>
                vs #{one.number}, {ago(one.created_at, Date.now())}
              </option>
            ))}
          </Select>
        )}
      </div>
      {query.isPending && <SkeletonRows />}
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
      {changes && (
        <p className="num border-b bg-sunken px-4 py-2 text-xs text-fg-2">
          Edges {signed(changes.edges.added)} / {signed(-changes.edges.removed)}
          {changes.tables.added.length > 0 && ` · new tables: ${changes.tables.added.join(", ")}`}
          {changes.tables.removed.length > 0 && ` · tables gone: ${changes.tables.removed.join(", ")}`}
          {changes.tables.changed.length > 0 && ` · tables changed: ${changes.tables.changed.join(", ")}`}
        </p>
      )}
      {changes && shown.length === 0 && (
        <Empty icon={GitCompareArrows} title={`Nothing ${what || "changed"} since #${changes.against?.number}`} />
      )}
      <ul>
        {(all ? shown : shown.slice(0, FIRST)).map((row) => (
          <ChangeLine key={`${row.change} ${row.node.id}`} row={row} />
        ))}
      </ul>
      {shown.length > FIRST && !all && (
        <div className="border-t p-2 text-center">
          <Button variant="ghost" onClick={() => setAll(true)}>
            Show all {count(shown.length)}
          </Button>
        </div>
      )}
    </Card>
  );
}

function ChangeLine({ row: { change, node, before } }: { row: Row }) {
  const mark = marks[change];
  return (
    <li className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-0.5 border-b px-4 py-1.5 last:border-b-0">
      <Badge tone={mark.tone} className="w-21">
        <mark.icon aria-hidden="true" /> {mark.word}
      </Badge>
      <span className="inline-flex min-w-0 flex-1 items-center gap-2">
        <KindMark kind={node.kind} />
        <span className="truncate font-medium">
          <span className="sr-only">{kindOf(node.kind).word} </span>
          {node.name}
        </span>
      </span>
      <span className="min-w-0 max-sm:w-full">
        {before ? <Moved before={before} after={node} /> : <Place file={node.file} line={node.line} />}
      </span>
    </li>
  );
}

/** What a changed node was before, where that differs. */
function Moved({ before, after }: { before: CodeNode; after: CodeNode }) {
  const renamed = before.name !== after.name;
  const moved = before.file !== after.file || before.line !== after.line;
  return (
    <span className="text-xs text-fg-3">
      {renamed && <>was {before.name} </>}
      {moved && !renamed && (
        <>
          from{" "}
          <Place
            file={before.file === after.file ? `line ${before.line}` : before.file}
            line={before.file === after.file ? null : before.line}
          />{" "}
          to{" "}
        </>
      )}
      <Place file={after.file} line={after.line} />
    </span>
  );
}
