import { useId } from "react";
import { cn } from "~/lib/classes";

const bands = ["--c6", "--c1", "--c4", "--c3", "--c2", "--c5"];
const BAND = 5;

/** One strip of cut paper across the width, its lower edge in scallops. */
function fringe(y: number): string {
  let path = `M0 ${y}H64V${y + BAND}`;
  for (let x = 64; x > 0; x -= 4) path += `q-2 3 -4 0`;
  return `${path}Z`;
}

const silhouette = [
  // body, neck and head
  "M13 27c0-4 3-6 7-6h17l5-12c.7-2 2-3 4-3h7c4 0 7 2.5 7 6s-3 5.5-6 5.5h-4l-2.5 9V38c0 2.8-1.7 4.5-4.5 4.5H18c-3 0-5-1.7-5-4.5Z",
  // ears
  "M45.5 7.5 44 .8c3 .6 5 2.6 5.4 5.8Z",
  // tail
  "M14.5 25C10 23.5 7 25 5.5 29.5 8 28.5 9 29.5 8 33c4-.6 6.5-2.8 7-6Z",
];
const legs = [16, 22.5, 34, 40];

/** A paper donkey. `walking` moves its legs, unless the reader asked for less motion. */
export function Pinata({ walking, className }: { walking?: boolean; className?: string }) {
  const clip = useId();
  return (
    <svg
      viewBox="0 0 64 56"
      aria-hidden="true"
      className={cn("overflow-visible", walking && "pinata-walking", className)}
    >
      <defs>
        <clipPath id={clip}>
          {silhouette.map((path) => (
            <path key={path} d={path} />
          ))}
        </clipPath>
      </defs>
      {legs.map((x, index) => (
        <g
          key={x}
          className={index % 2 ? "pinata-leg-b" : "pinata-leg-a"}
          style={{ transformOrigin: `${x + 2.5}px 40px` }}
        >
          <rect x={x} y="38" width="5" height="15" rx="1.5" fill={`var(${bands[(index + 1) % bands.length]})`} />
          <rect x={x} y="44" width="5" height="3" fill={`var(${bands[(index + 3) % bands.length]})`} />
          <rect x={x} y="50.5" width="5" height="3" rx="1" fill="var(--fg-2)" />
        </g>
      ))}
      <g clipPath={`url(#${clip})`}>
        {Array.from({ length: 10 }, (_, index) => 9 - index).map((index) => (
          <path key={index} d={fringe(index * BAND)} fill={`var(${bands[index % bands.length]})`} />
        ))}
      </g>
      <circle cx="52" cy="10.5" r="1.9" fill="#fff" />
      <circle cx="52.6" cy="10.5" r="1.1" fill="#1b1b22" />
      <path d="M56.5 14.2c1 .5 2 .4 2.7-.2" fill="none" stroke="#1b1b22" strokeWidth=".9" strokeLinecap="round" />
    </svg>
  );
}
