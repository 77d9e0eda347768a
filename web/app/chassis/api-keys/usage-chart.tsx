import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { count } from "~/lib/format";
import { useMedia } from "~/lib/hooks";
import type { UsageHistory } from "./api";

/** Requests over time: those that went well, and above them those that didn't. */
export default function UsageChart({ history }: { history: UsageHistory }) {
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const { granularity } = history;
  const points = history.items.map((item) => ({
    label: new Date(item.start).toLocaleDateString(undefined, {
      timeZone: "UTC",
      month: "short",
      ...(granularity === "month" ? { year: "2-digit" } : { day: "numeric" }),
    }),
    good: item.requests - item.errors,
    errors: item.errors,
    p95: item.p95_ms,
  }));
  const said = points.map((point) => `${point.label}: ${point.good + point.errors}`).join(", ");
  const common = { isAnimationActive: !still, animationDuration: 300, maxBarSize: 28, stackId: "requests" };
  return (
    <div role="img" aria-label={`Requests by ${granularity}: ${said}`} className="h-48">
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={points} margin={{ top: 6, right: 0, bottom: 0, left: -12 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="label"
            tickLine={false}
            axisLine={false}
            tick={{ fill: "var(--fg-3)", fontSize: 11 }}
            minTickGap={20}
          />
          <YAxis
            tickLine={false}
            axisLine={false}
            width={52}
            tick={{ fill: "var(--fg-3)", fontSize: 11 }}
            tickFormatter={count}
            allowDecimals={false}
          />
          <Tooltip
            cursor={{ fill: "var(--hover)" }}
            content={({ active, payload }) => {
              const point = payload?.[0]?.payload as (typeof points)[number] | undefined;
              if (!active || !point) return null;
              return (
                <div className="rounded-md border bg-raised px-2.5 py-1.5 shadow-lg">
                  <p className="num font-semibold">
                    {count(point.good + point.errors)} <span className="font-normal text-fg-2">requests</span>
                  </p>
                  <p className="num text-xs text-fg-3">
                    {point.label} · {count(point.errors)} errors
                    {point.p95 !== null && ` · 95 % within ${count(Math.round(point.p95))} ms`}
                  </p>
                </div>
              );
            }}
          />
          <Bar dataKey="good" fill="var(--product)" {...common} />
          <Bar dataKey="errors" fill="var(--bad)" radius={[2, 2, 0, 0]} {...common} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
