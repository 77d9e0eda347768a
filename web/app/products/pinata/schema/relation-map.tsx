import { useMemo, useState } from "react";
import { Link, useLocation } from "react-router";
import { cn } from "~/lib/classes";
import { plural } from "~/lib/format";
import { Card } from "~/ui/card";
import type { SchemaTable } from "../types";
import { arrange } from "./arrange";
import type { Relation } from "./references";
import { tableAnchor } from "./table-card";

const [WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN] = [176, 40, 88, 14, 16];

/** A map of the tables: an arrow runs from a column's table to the one it references. */
export function RelationMap({ tables, relations }: { tables: SchemaTable[]; relations: Relation[] }) {
  const { pathname } = useLocation();
  const [focus, setFocus] = useState<string | null>(null);
  const shown = useMemo(() => {
    const names = new Set(tables.map((table) => table.name));
    return relations.filter((one) => names.has(one.from) && names.has(one.to));
  }, [tables, relations]);
  const placed = useMemo(
    () =>
      arrange(
        tables.map((table) => table.name),
        shown,
      ),
    [tables, shown],
  );
  const spot = new Map(
    placed.map(({ name, column, row }) => [
      name,
      { x: MARGIN + column * (WIDTH + GAP_X), y: MARGIN + row * (HEIGHT + GAP_Y) },
    ]),
  );
  const width = Math.max(0, ...[...spot.values()].map((one) => one.x)) + WIDTH + MARGIN;
  const height = Math.max(0, ...[...spot.values()].map((one) => one.y)) + HEIGHT + MARGIN;
  const near = (one: Relation) => focus !== null && (one.from === focus || one.to === focus);
  const related = new Set(shown.filter(near).flatMap((one) => [one.from, one.to]));
  return (
    <Card className="min-w-0">
      <p className="border-b px-4 py-2.5 text-xs text-fg-2">
        {plural(shown.length, "reference")} between {plural(tables.length, "table")}. An arrow leads to the table a
        column points to.
      </p>
      <div className="max-h-[38rem] overflow-auto" tabIndex={0} role="group" aria-label="Map of the tables">
        <div className="relative" style={{ width, height }}>
          <svg width={width} height={height} aria-hidden="true" className="absolute inset-0">
            <defs>
              <marker
                id="arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto-start-reverse"
              >
                <path d="M1 1 7 4 1 7" fill="none" stroke="context-stroke" strokeWidth="1.4" />
              </marker>
            </defs>
            {shown.map((one) => {
              const [from, to] = [spot.get(one.from), spot.get(one.to)];
              if (!from || !to || one.from === one.to) return null;
              return (
                <path
                  key={`${one.from}.${one.column}`}
                  d={curve(from, to)}
                  fill="none"
                  stroke={near(one) ? "var(--product)" : "var(--line-strong)"}
                  strokeWidth={near(one) ? 1.75 : 1.25}
                  opacity={focus && !near(one) ? 0.35 : 1}
                  markerEnd="url(#arrow)"
                />
              );
            })}
          </svg>
          <ul>
            {tables.map((table) => {
              const at = spot.get(table.name);
              if (!at) return null;
              const points = shown.filter((one) => one.from === table.name).map((one) => one.to);
              return (
                <li
                  key={table.name}
                  className="absolute"
                  style={{ left: at.x, top: at.y, width: WIDTH, height: HEIGHT }}
                >
                  <Link
                    to={{ pathname, hash: tableAnchor(table.name), search: "" }}
                    onMouseEnter={() => setFocus(table.name)}
                    onMouseLeave={() => setFocus(null)}
                    onFocus={() => setFocus(table.name)}
                    onBlur={() => setFocus(null)}
                    aria-label={`${table.name}, ${plural(table.columns.length, "column")}${points.length ? `, references ${points.join(", ")}` : ""}`}
                    className={cn(
                      "flex h-full items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-3",
                      focus === table.name && "border-product",
                      focus && focus !== table.name && !related.has(table.name) && "border-line text-fg-3",
                    )}
                  >
                    <span className="truncate font-mono text-xs font-medium">{table.name}</span>
                    <span className="num text-2xs text-fg-3">{table.columns.length}</span>
                  </Link>
                </li>
              );
            })}
          </ul>
        </div>
      </div>
    </Card>
  );
}

interface Spot {
  x: number;
  y: number;
}

/** From the left edge of one box to the right edge of another; around the side when they stand in one column. */
function curve(from: Spot, to: Spot): string {
  const [y1, y2] = [from.y + HEIGHT / 2, to.y + HEIGHT / 2];
  if (from.x === to.x) {
    const right = from.x + WIDTH;
    return `M${right} ${y1}C${right + 44} ${y1} ${right + 44} ${y2} ${right + 2} ${y2}`;
  }
  const forward = to.x > from.x;
  const x1 = forward ? from.x + WIDTH : from.x;
  const x2 = forward ? to.x - 2 : to.x + WIDTH + 2;
  const bend = (forward ? 1 : -1) * Math.max(36, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
