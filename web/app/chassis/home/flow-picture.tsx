import { type Shape, shapePath } from "~/lib/shapes";

interface Dot {
  x: number;
  y: number;
  shape: Shape;
  color: string;
  r: number;
}

const looks: [Shape, string, number][] = [
  ["circle", "--c8", 3.8],
  ["circle", "--c8", 3.2],
  ["circle", "--c2", 3.6],
  ["circle", "--c8", 3],
  ["diamond", "--c2", 4.6],
  ["circle", "--c8", 3.4],
  ["triangle", "--c1", 5],
  ["circle", "--c8", 3.6],
  ["square", "--c2", 5.5],
  ["diamond", "--c4", 4.6],
  ["circle", "--c7", 3.6],
  ["circle", "--c8", 3],
  ["diamond", "--c3", 4.6],
];

/** Even numbers from 0 to 1 that are the same on every visit, in the prerendered page and in the browser. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** The cloud around the path: four clusters, thick in the middle, each dot tied to one of those before it. */
function cloud() {
  const next = sequence(20261);
  const centres = [
    { x: 150, y: 96, n: 46, spread: 74 },
    { x: 424, y: 92, n: 52, spread: 84 },
    { x: 268, y: 346, n: 60, spread: 92 },
    { x: 556, y: 344, n: 34, spread: 62 },
  ];
  const dots: Dot[] = [];
  const edges: { from: Dot; to: Dot }[] = [];
  for (const centre of centres) {
    const own: Dot[] = [];
    for (let i = 0; i < centre.n; i += 1) {
      const angle = next() * Math.PI * 2;
      const radius = centre.spread * ((next() + next() + next()) / 2.2);
      const [shape, color, r] = looks[Math.floor(next() * looks.length)] ?? ["circle", "--c8", 3];
      const dot: Dot = {
        x: centre.x + Math.cos(angle) * radius,
        y: centre.y + Math.sin(angle) * radius * 0.78,
        shape,
        color,
        r,
      };
      const ties = [...own].sort((a, b) => Math.hypot(a.x - dot.x, a.y - dot.y) - Math.hypot(b.x - dot.x, b.y - dot.y));
      for (const tie of ties.slice(0, next() < 0.3 ? 2 : 1)) edges.push({ from: tie, to: dot });
      own.push(dot);
    }
    const other = dots[Math.floor(next() * dots.length)];
    for (const dot of own.slice(0, 3)) if (other) edges.push({ from: other, to: dot });
    dots.push(...own);
  }
  return { dots, edges };
}

const { dots, edges } = cloud();

interface Stop {
  x: number;
  y: number;
  shape: Shape;
  color: string;
  r: number;
  name: string;
  /** Label left of the stop. */
  left?: boolean;
}

const stops: Stop[] = [
  { x: 96, y: 196, shape: "triangle", color: "--c1", r: 10, name: "POST /payouts/{id}/settle" },
  { x: 222, y: 244, shape: "circle", color: "--c8", r: 7, name: "settle_payout" },
  { x: 352, y: 212, shape: "circle", color: "--c8", r: 7, name: "Ledger.record" },
  { x: 470, y: 196, shape: "diamond", color: "--c2", r: 9, name: "write" },
  { x: 560, y: 228, shape: "square", color: "--c2", r: 11, name: "ledger_entries", left: true },
];

const branch: Stop[] = [
  { x: 296, y: 330, shape: "diamond", color: "--c4", r: 9, name: "publish" },
  { x: 404, y: 392, shape: "square", color: "--c4", r: 11, name: "payouts.settled" },
];

function line(points: { x: number; y: number }[]): string {
  return points.map(({ x, y }, index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** A part of a workflow graph as Pinata draws it, with one path lit. */
export function FlowPicture() {
  const second = stops[1];
  return (
    <figure className="min-w-0 overflow-hidden rounded-xl bg-raised shadow-panel">
      <div className="flex h-10 items-center gap-2 border-b px-4 text-xs" aria-hidden="true">
        <span className="font-semibold">payments-api</span>
        <span className="text-fg-3">Workflow graph</span>
        <span className="ml-auto rounded-full bg-product-tint px-2 py-0.5 text-2xs font-medium text-product-fg">
          Path to effects: 4 steps
        </span>
      </div>
      <svg viewBox="0 0 660 452" role="img" aria-labelledby="flow-title" className="block w-full bg-sunken">
        <title id="flow-title">
          A workflow graph with one path lit: from the route POST /payouts/id/settle through two functions to a write in
          the table ledger_entries, and to the topic payouts.settled.
        </title>
        <g stroke="var(--line-strong)" strokeWidth="0.8">
          {edges.map(({ from, to }) => (
            <path key={`${from.x} ${to.x}`} d={line([from, to])} />
          ))}
        </g>
        <g opacity="0.55">
          {dots.map((dot) => (
            <path key={`${dot.x}`} d={shapePath(dot.shape, dot.x, dot.y, dot.r)} fill={`var(${dot.color})`} />
          ))}
        </g>
        <g fill="none" stroke="var(--product)" strokeWidth="2.25" strokeLinejoin="round">
          <path d={line(stops)} />
          {second && <path d={line([second, ...branch])} />}
          <path d={line(stops)} className="flow-run" stroke="var(--raised)" strokeWidth="2.25" />
        </g>
        {[...stops, ...branch].map((stop) => (
          <StopMark key={stop.name} stop={stop} />
        ))}
      </svg>
    </figure>
  );
}

function StopMark({ stop }: { stop: Stop }) {
  const width = stop.name.length * 6 + 18;
  const x = Math.min(Math.max(stop.x - width / 2, 8), 652 - width);
  return (
    <g>
      <circle cx={stop.x} cy={stop.y} r={stop.r + 5} fill="var(--sunken)" stroke="var(--product)" strokeWidth="1.5" />
      <path d={shapePath(stop.shape, stop.x, stop.y, stop.r)} fill={`var(${stop.color})`} />
      <rect
        x={x}
        y={stop.y + stop.r + 10}
        width={width}
        height="22"
        rx="6"
        fill="var(--raised)"
        stroke="var(--line-strong)"
      />
      <text
        x={x + width / 2}
        y={stop.y + stop.r + 25}
        textAnchor="middle"
        fontSize="11.5"
        fontWeight="600"
        fill="var(--fg)"
      >
        {stop.name}
      </text>
    </g>
  );
}
