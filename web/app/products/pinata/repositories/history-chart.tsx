import { useState } from "react";
import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { cn } from "~/lib/classes";
import { count, dateTime } from "~/lib/format";
import { useMedia } from "~/lib/hooks";
import { metricOrder, metricWords } from "../metrics";
import type { Scan } from "../types";

/** One metric over the repository's finished scans, the oldest first. */
export default function HistoryChart({ scans }: { scans: Scan[] }) {
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const known = metricOrder.filter((name) => scans.some((scan) => scan.metrics[name] !== undefined));
  const [metric, setMetric] = useState(known[0] ?? "routes");
  const points = scans.map((scan) => ({
    number: `#${scan.number}`,
    value: scan.metrics[metric] ?? 0,
    at: scan.created_at,
  }));
  const said = points.map((point) => `${point.number}: ${point.value}`).join(", ");
  return (
    <div className="px-4 pb-4">
      <div role="group" aria-label="Metric" className="mb-3 flex flex-wrap gap-0.5">
        {known.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === metric}
            onClick={() => setMetric(name)}
            className={cn(
              "h-7 rounded-md px-2 text-xs text-fg-2 hover:bg-hover",
              name === metric && "bg-active font-semibold text-fg",
            )}
          >
            {metricWords[name]?.label ?? name}
          </button>
        ))}
      </div>
      <div role="img" aria-label={`${metricWords[metric]?.label ?? metric} by scan: ${said}`} className="h-48">
        <ResponsiveContainer width="100%" height="100%">
          <AreaChart data={points} margin={{ top: 6, right: 8, bottom: 0, left: -8 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="number"
              tickLine={false}
              axisLine={false}
              tick={{ fill: "var(--fg-3)", fontSize: 11 }}
              minTickGap={16}
            />
            <YAxis
              tickLine={false}
              axisLine={false}
              width={52}
              tick={{ fill: "var(--fg-3)", fontSize: 11 }}
              tickFormatter={count}
              domain={["auto", "auto"]}
              allowDecimals={false}
            />
            <Tooltip
              cursor={{ stroke: "var(--line-strong)" }}
              content={({ active, payload }) => {
                const point = payload?.[0]?.payload as (typeof points)[number] | undefined;
                if (!active || !point) return null;
                return (
                  <div className="rounded-md border bg-raised px-2.5 py-1.5 shadow-lg">
                    <p className="num font-semibold">
                      {count(point.value)}{" "}
                      <span className="font-normal text-fg-2">{metricWords[metric]?.label.toLowerCase()}</span>
                    </p>
                    <p className="num text-xs text-fg-3">
                      Scan {point.number} · {dateTime(point.at)}
                    </p>
                  </div>
                );
              }}
            />
            <Area
              type="monotone"
              dataKey="value"
              stroke="var(--product)"
              strokeWidth={1.5}
              fill="var(--product)"
              fillOpacity={0.1}
              isAnimationActive={!still}
              animationDuration={300}
              dot={{ r: 2.5, fill: "var(--raised)", stroke: "var(--product)", strokeWidth: 1.5 }}
            />
          </AreaChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}
