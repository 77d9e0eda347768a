import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { cn } from "~/lib/classes";
import { count, percent } from "~/lib/format";
import { Card, CardHead } from "~/ui/card";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { type Granularity, historyQuery, type Usage, usageQuery } from "./api";

const UsageChart = lazy(() => import("./usage-chart"));

/** What all keys to the organization are used for. */
export function UsageCard({ org }: { org: string }) {
  return (
    <Card>
      <CardHead title="Usage" text="Requests with API keys in the last 30 days, a few seconds behind." />
      <div className="border-t p-4">
        <UsageFigures org={org} />
      </div>
    </Card>
  );
}

const stretches: { value: Granularity; label: string }[] = [
  { value: "day", label: "Days" },
  { value: "week", label: "Weeks" },
  { value: "month", label: "Months" },
];

/** Figures, the chart, and the busiest endpoints: of one key, or of all. */
export function UsageFigures({ org, id }: { org: string; id?: string }) {
  const [granularity, setGranularity] = useState<Granularity>("day");
  const usage = useQuery(usageQuery(org, id));
  const history = useQuery(historyQuery(org, granularity, id));
  if (usage.error) return <ProblemNote error={usage.error} onRetry={() => usage.refetch()} />;
  if (usage.isPending) return <Skeleton className="h-56" />;
  const used = usage.data;
  if (used.requests === 0) return <p className="py-4 text-fg-2">No requests in the last 30 days.</p>;
  return (
    <div className="grid gap-5">
      <dl className="grid grid-cols-3 gap-3">
        <Figure name="Requests" value={count(used.requests)} />
        <Figure name="Errors" value={percent(used.errors / used.requests, 1)} bad={used.errors > 0} />
        <Figure name="95 % within" value={used.p95_ms === null ? "–" : `${count(Math.round(used.p95_ms))} ms`} />
      </dl>
      <div>
        <div role="group" aria-label="Granularity" className="mb-2 flex gap-0.5">
          {stretches.map(({ value, label }) => (
            <button
              key={value}
              type="button"
              aria-pressed={value === granularity}
              onClick={() => setGranularity(value)}
              className={cn(
                "h-7 rounded-md px-2 text-xs text-fg-2 hover:bg-hover",
                value === granularity && "bg-active font-semibold text-fg",
              )}
            >
              {label}
            </button>
          ))}
        </div>
        {history.error && <ProblemNote error={history.error} onRetry={() => history.refetch()} />}
        {history.data ? (
          <Suspense fallback={<Skeleton className="h-48" />}>
            <UsageChart history={history.data} />
          </Suspense>
        ) : (
          !history.error && <Skeleton className="h-48" />
        )}
      </div>
      <Endpoints used={used} />
    </div>
  );
}

function Figure({ name, value, bad }: { name: string; value: string; bad?: boolean }) {
  return (
    <div className="rounded-md border px-3 py-2">
      <dt className="text-xs text-fg-3">{name}</dt>
      <dd className={cn("num text-lg font-semibold", bad && "text-bad")}>{value}</dd>
    </div>
  );
}

const MOST = 8;

/** Below the organization, where everything is. */
function place({ path, operation }: Usage["endpoints"][number]): string {
  return path?.replace("/api/v1/orgs/{org}", "") || path || operation;
}

function Endpoints({ used }: { used: Usage }) {
  const most = used.endpoints[0]?.requests ?? 1;
  return (
    <section>
      <h3 className="mb-1 text-xs font-medium text-fg-3">By endpoint</h3>
      <ul>
        {used.endpoints.slice(0, MOST).map((one) => (
          <li key={`${one.method} ${one.operation}`} className="grid gap-1 border-b py-2 last:border-b-0">
            <div className="flex items-baseline gap-3">
              <code className="min-w-0 flex-1 truncate font-mono text-xs" title={one.path ?? one.operation}>
                <span className="text-fg-3">{one.method}</span> {place(one)}
              </code>
              <span className="num text-xs text-fg-2">
                {count(one.requests)}
                {one.errors > 0 && <span className="text-bad"> · {percent(one.errors / one.requests)} errors</span>}
                {one.p95_ms !== null && <span className="text-fg-3"> · {count(Math.round(one.p95_ms))} ms</span>}
              </span>
            </div>
            <meter
              className="sr-only"
              min={0}
              max={most}
              value={one.requests}
              aria-label={`${one.method} ${one.path ?? one.operation}`}
            />
            <Bar share={one.requests / most} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Drawn, and not styled: the page allows no style of its own. */
function Bar({ share }: { share: number }) {
  return (
    <svg
      aria-hidden="true"
      className="h-1 w-full rounded-full bg-active"
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
    >
      <rect width={Math.max(1, share * 100)} height="4" className="fill-product" />
    </svg>
  );
}
