import { MultiDirectedGraph } from "graphology";
import { kindOf } from "../kinds";
import type { ColumnarGraph } from "../types";
import type { GraphColors } from "./colors";
import { degrees } from "./columnar";
import { shapeNumbers } from "./shape-program";

export interface NodeAttributes {
  x: number;
  y: number;
  size: number;
  color: string;
  label: string;
  shape: number;
  type: "shape";
}

export interface EdgeAttributes {
  size: number;
  /** In a map of districts: `away` leads out of its district. Both show only when one of their ends is looked at. */
  quiet?: "away" | "contains";
}

export type SigmaGraph = MultiDirectedGraph<NodeAttributes, EdgeAttributes>;

const FAR = 900; // graph units: beyond one district

function quietness(columns: ColumnarGraph, edge: number, from: number, to: number): EdgeAttributes["quiet"] {
  const kind = columns.edges.kind[edge] ?? "";
  if ((typeof kind === "number" ? columns.edge_kinds?.[kind] : kind) === "contains") return "contains";
  const { x, y } = columns.nodes;
  return Math.hypot((x[from] ?? 0) - (x[to] ?? 0), (y[from] ?? 0) - (y[to] ?? 0)) > FAR ? "away" : undefined;
}

/**
 * The graph sigma draws. A node's key is its index as text, so that the columns stay the place to look things up.
 * Large graphs get smaller nodes: what is pleasant at 50 is a blot at 30,000.
 */
export function buildGraph(columns: ColumnarGraph, colors: GraphColors): SigmaGraph {
  const graph: SigmaGraph = new MultiDirectedGraph();
  const { nodes, edges } = columns;
  const degree = degrees(columns);
  const total = nodes.id.length;
  const scale = total < 150 ? 1.5 : total < 1500 ? 1 : total < 4000 ? 0.65 : total < 10_000 ? 0.45 : 0.3;
  const looks = columns.kinds.map((name) => {
    const kind = kindOf(name);
    return {
      shape: shapeNumbers[kind.shape],
      size: kind.size * scale,
      color: colors.kinds.get(kind.color) ?? colors.text,
    };
  });
  for (let i = 0; i < total; i += 1) {
    const look = looks[nodes.kind[i] ?? 0];
    graph.addNode(String(i), {
      x: nodes.x[i] ?? 0,
      y: -(nodes.y[i] ?? 0), // sigma's y grows upwards
      size: (look?.size ?? 3) * (1 + Math.min(1, Math.log1p(degree[i] ?? 0) / 8)),
      color: look?.color ?? colors.text,
      label: nodes.name[i] ?? "",
      shape: look?.shape ?? 0,
      type: "shape",
    });
  }
  for (let i = 0; i < edges.source.length; i += 1) {
    const [from, to] = [edges.source[i], edges.target[i]];
    if (from === undefined || to === undefined || from === to) continue;
    graph.addEdgeWithKey(String(i), String(from), String(to), {
      size: total < 1500 ? 1 : 0.6,
      quiet: columns.districts?.length ? quietness(columns, i, from, to) : undefined,
    });
  }
  return graph;
}
