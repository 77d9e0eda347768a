import type { Relation } from "./references";

export interface Placed {
  name: string;
  column: number;
  row: number;
}

/**
 * Puts tables into columns so that what is pointed at stands left of what points at it: a table's column is the
 * length of the longest chain of references below it. Chains that close on themselves are cut where they do.
 */
export function arrange(names: string[], relations: Relation[], perColumn = 14): Placed[] {
  const targets = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { from, to } of relations) {
    if (from !== to && targets.has(to)) targets.get(from)?.push(to);
  }
  const levels = new Map<string, number>();
  const level = (name: string, above: ReadonlySet<string>): number => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    const path = new Set(above).add(name);
    const below = (targets.get(name) ?? []).filter((one) => !path.has(one)).map((one) => level(one, path) + 1);
    const found = Math.max(0, ...below);
    levels.set(name, found);
    return found;
  };
  for (const name of names) level(name, new Set());
  const linked = new Set(relations.flatMap(({ from, to }) => (from === to ? [] : [from, to])));
  const placed: Placed[] = [];
  let column = 0;
  const depth = Math.max(-1, ...names.filter((name) => linked.has(name)).map((name) => levels.get(name) ?? 0));
  const put = (group: string[]) => {
    for (let start = 0; start < group.length; start += perColumn) {
      group.slice(start, start + perColumn).forEach((name, row) => {
        placed.push({ name, column, row });
      });
      column += 1;
    }
  };
  for (let at = 0; at <= depth; at += 1) put(names.filter((name) => linked.has(name) && levels.get(name) === at));
  put(names.filter((name) => !linked.has(name)));
  return placed;
}
