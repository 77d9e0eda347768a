import type { ColumnarGraph } from "../types";

/** What is shown of a graph: kinds that are hidden, one service or all, one folder or all. */
export interface GraphFilter {
  hidden: ReadonlySet<string>;
  service: string;
  folder: string;
}

/** One byte a node: 1 for shown, 0 for filtered out. */
export function visibleNodes(graph: ColumnarGraph, filter: GraphFilter): Uint8Array {
  const { nodes, kinds, services } = graph;
  const kindShown = kinds.map((kind) => !filter.hidden.has(kind));
  const service = filter.service ? services.indexOf(filter.service) : -1;
  const folder = filter.folder && !filter.folder.endsWith("/") ? `${filter.folder}/` : filter.folder;
  const shown = new Uint8Array(nodes.id.length);
  for (let i = 0; i < shown.length; i += 1) {
    if (!kindShown[nodes.kind[i] ?? 0]) continue;
    if (filter.service && nodes.service[i] !== service) continue;
    if (folder && !nodes.file[i]?.startsWith(folder)) continue;
    shown[i] = 1;
  }
  return shown;
}

export function countShown(shown: Uint8Array): number {
  let sum = 0;
  for (const one of shown) sum += one;
  return sum;
}

/** How many nodes there are of each kind, in the order of `graph.kinds`. */
export function kindCounts(graph: ColumnarGraph): number[] {
  const counts = new Array<number>(graph.kinds.length).fill(0);
  for (const kind of graph.nodes.kind) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Edges in and out of each node. */
export function degrees(graph: ColumnarGraph): Uint32Array {
  const degree = new Uint32Array(graph.nodes.id.length);
  const { source, target } = graph.edges;
  for (let i = 0; i < source.length; i += 1) {
    degree[source[i] ?? 0] = (degree[source[i] ?? 0] ?? 0) + 1;
    degree[target[i] ?? 0] = (degree[target[i] ?? 0] ?? 0) + 1;
  }
  return degree;
}

/** Folders down to `depth` levels that hold nodes, by name. */
export function folders(graph: ColumnarGraph, depth = 3): string[] {
  const found = new Set<string>();
  for (const file of graph.nodes.file) {
    if (!file) continue;
    const parts = file.split("/").slice(0, -1).slice(0, depth);
    for (let i = 1; i <= parts.length; i += 1) found.add(parts.slice(0, i).join("/"));
  }
  return [...found].sort();
}

/** Indexes of the nodes whose name or file holds the words; names that begin so come first. At most `most`. */
export function searchNodes(graph: ColumnarGraph, words: string, most = 12): number[] {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [];
  const ranked: [number, number][] = [];
  const { name, file } = graph.nodes;
  for (let i = 0; i < name.length; i += 1) {
    const low = name[i]?.toLowerCase() ?? "";
    if (low === wanted) ranked.push([0, i]);
    else if (low.startsWith(wanted)) ranked.push([1, i]);
    else if (low.includes(wanted)) ranked.push([2, i]);
    else if (file[i]?.toLowerCase().includes(wanted)) ranked.push([3, i]);
  }
  return ranked
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, most)
    .map(([, i]) => i);
}
