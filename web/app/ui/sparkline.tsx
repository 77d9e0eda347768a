import { cn } from "~/lib/classes";

/** The points of a line through `values`, scaled into width × height with a margin of 2 above and below. */
export function sparkPoints(values: number[], width: number, height: number): [number, number][] {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, index) => [
    index * step,
    span === 0 ? height / 2 : height - 2 - ((value - low) / span) * (height - 4),
  ]);
}

export function Sparkline({ values, label, className }: { values: number[]; label: string; className?: string }) {
  if (values.length < 2) return null;
  const [width, height] = [96, 32];
  const points = sparkPoints(values, width, height);
  const line = points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className={cn("h-8 w-24", className)}
    >
      <path d={`${line}L${width} ${height}L0 ${height}Z`} fill="var(--product)" opacity="0.1" />
      <path
        d={line}
        fill="none"
        stroke="var(--product)"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
