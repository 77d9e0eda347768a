import { TrendingDown, TrendingUp } from "lucide-react";
import { cn } from "~/lib/classes";
import { count, short, signed } from "~/lib/format";
import { Card } from "~/ui/card";
import { Sparkline } from "~/ui/sparkline";
import { cardMetrics, metricWords } from "../metrics";
import type { Metrics, Scan } from "../types";

/** The values of a metric in the finished scans up to this one, the oldest first. */
export function metricHistory(scans: Scan[], upTo: number, metric: string): number[] {
  return scans
    .filter((scan) => scan.status === "succeeded" && scan.number <= upTo)
    .sort((a, b) => a.number - b.number)
    .map((scan) => scan.metrics[metric])
    .filter((value) => value !== undefined)
    .slice(-12);
}

export function MetricCards({ scan, history }: { scan: Scan; history: Scan[] }) {
  return (
    <div className="mt-4 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      {cardMetrics.map((metric) => (
        <MetricCard key={metric} metric={metric} scan={scan} history={metricHistory(history, scan.number, metric)} />
      ))}
    </div>
  );
}

function MetricCard({ metric, scan, history }: { metric: string; scan: Scan; history: number[] }) {
  const words = metricWords[metric];
  if (!words) return null;
  const value = scan.metrics[metric];
  const [figure, unit] = value === undefined ? ["–", ""] : short(value);
  return (
    <Card aria-label={words.label} className="p-4">
      <h2 className="flex items-center gap-2 text-fg-2">
        <words.icon className="size-3.5 text-fg-3" aria-hidden="true" /> {words.label}
      </h2>
      <div className="mt-1.5 flex items-end justify-between gap-2">
        <div className="min-w-0">
          <p className="num text-[1.625rem] leading-8 font-semibold tracking-tight">
            {figure}
            <span className="ml-0.5 text-sm font-normal text-fg-3">{unit}</span>
          </p>
          <Delta value={value} baseline={scan.baseline} metric={metric} />
        </div>
        <Sparkline
          values={history}
          label={`${words.label} over the last ${history.length} scans: ${history.join(", ")}`}
          className="max-sm:hidden"
        />
      </div>
    </Card>
  );
}

interface DeltaProps {
  value: number | undefined;
  baseline: { number: number; metrics: Metrics } | null;
  metric: string;
}

function Delta({ value, baseline, metric }: DeltaProps) {
  const before = baseline?.metrics[metric];
  if (before === undefined || !baseline)
    return <p className="text-xs text-fg-3">{value === undefined ? "Not known yet" : "The first scan"}</p>;
  if (value === undefined) return <p className="num text-xs text-fg-3">{`${count(before)} in #${baseline.number}`}</p>;
  const change = value - before;
  const Icon = change < 0 ? TrendingDown : TrendingUp;
  return (
    <p className="num flex items-center gap-1 text-xs whitespace-nowrap text-fg-3">
      {change !== 0 && <Icon className="size-3 text-product-fg" aria-hidden="true" />}
      <span className={cn("font-medium", change !== 0 ? "text-product-fg" : "text-fg-2")}>
        {change === 0 ? "No change" : signed(change)}
      </span>
      vs #{baseline.number}
    </p>
  );
}
