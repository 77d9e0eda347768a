import { useQuery } from "@tanstack/react-query";
import { count, title } from "~/lib/format";
import { Card, CardHead } from "~/ui/card";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { honestyQuery } from "../api";
import type { Honesty } from "../types";

type Figures = NonNullable<Honesty["frameworks"]>[number]["measured"];

/** How far the graph can be trusted: what is certain, what was not followed, and how the rules at work did where somebody had read the facts by hand. */
export function HonestyCard({ org, scan }: { org: string; scan: string }) {
  const query = useQuery(honestyQuery(org, scan));
  const told = query.data;
  return (
    <Card className="overflow-hidden" aria-label="How sure">
      <CardHead title="How sure this is" text={told && sureness(told)} />
      {query.isPending && <SkeletonRows />}
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
      {told && <Open told={told} />}
      {told && (told.frameworks?.length ?? 0) > 0 && <Measured told={told} />}
    </Card>
  );
}

function sureness(told: Honesty): string {
  const [nodes, unsure] = [told.nodes ?? 0, told.unsure ?? 0];
  if (nodes === 0) return "Nothing was found that could be doubted.";
  return unsure === 0
    ? `All ${count(nodes)} facts are certain: names, types and constants could be followed.`
    : `${count(nodes - unsure)} of ${count(nodes)} facts are certain; ${count(unsure)} rest on a convention or a name alone.`;
}

/** What the engine met and could not read, follow or match. */
function Open({ told }: { told: Honesty }) {
  const rows = [told.unread, told.unfollowed, told.unmatched].flatMap((part) => Object.entries(part ?? {}));
  if (rows.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1 border-t px-4 py-3" aria-label="What stays open">
      {rows.map(([name, number]) => (
        <li key={name} className="flex items-baseline gap-2">
          <span className="num font-medium">{count(number)}</span>
          <span className="text-fg-2">{name.replace(/[._]/g, " ")}</span>
        </li>
      ))}
    </ul>
  );
}

function Measured({ told }: { told: Honesty }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="max-h-80 overflow-auto border-t" tabIndex={0} aria-label="Rules at work">
      <table className="w-full">
        <thead className="sticky top-0 bg-surface">
          <tr className="h-9 text-left text-xs text-fg-2">
            <th className="px-4 font-normal">Rules at work</th>
            <th className="px-4 text-right font-normal">Facts</th>
            <th className="px-4 font-normal max-md:hidden">
              Found and true, where facts had been read by hand ({told.measured})
            </th>
          </tr>
        </thead>
        <tbody>
          {told.frameworks?.map((one) => (
            <tr key={one.name} className="h-10 border-t">
              <th scope="row" className="px-4 text-left font-medium">
                {title(one.name)}
              </th>
              <td className="num px-4 text-right">{count(one.nodes)}</td>
              <td className="num px-4 text-fg-2 max-md:hidden">{figures(one.measured)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function figures(measured: Figures): string {
  const rows = Object.entries(measured ?? {});
  if (rows.length === 0) return "Not measured yet";
  return rows
    .map(([kind, row]) => {
      const share = (value: number | null | undefined) => (value == null ? "–" : `${Math.round(value * 100)} %`);
      return `${kind.replace(/_/g, " ")} ${share(row.recall)} found, ${share(row.precision)} true of ${row.facts}`;
    })
    .join(" · ");
}
