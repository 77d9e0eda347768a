import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { count } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Card, CardHead } from "~/ui/card";
import { Skeleton } from "~/ui/skeleton";
import { nodesQuery } from "../api";
import { KindMark } from "../kind-mark";
import { kindOf, kindOrder } from "../kinds";
import type { Scan } from "../types";

/** The kinds in the order of the legend, then those that it doesn't know. */
export function orderedKinds(counts: Record<string, number>): string[] {
  const unknown = Object.keys(counts).filter((kind) => !kindOrder.includes(kind));
  return [...kindOrder, ...unknown.sort()].filter((kind) => (counts[kind] ?? 0) > 0);
}

/** Everything found, by kind. */
export function FoundCard({ scan }: { scan: Scan }) {
  const org = useOrg();
  const query = useInfiniteQuery(nodesQuery(org, scan.id, { kind: "", q: "", service: "", folder: "" }));
  const counts = query.data?.pages[0]?.counts;
  return (
    <Card>
      <CardHead title="Found" />
      <ul className="px-2 pb-2">
        {!counts &&
          ["w-2/3", "w-1/2", "w-3/4", "w-2/5"].map((width) => <Skeleton key={width} className={`m-2 h-4 ${width}`} />)}
        {counts &&
          orderedKinds(counts).map((kind) => (
            <li key={kind}>
              <Link
                to={`/${org}/pinata/scans/${scan.id}?kind=${kind}`}
                preventScrollReset
                className="flex h-7 items-center gap-2.5 rounded-md px-2 hover:bg-hover"
              >
                <KindMark kind={kind} />
                <span className="flex-1">{kindOf(kind).many}</span>
                <span className="num text-fg-2">{count(counts[kind] ?? 0)}</span>
              </Link>
            </li>
          ))}
      </ul>
    </Card>
  );
}
