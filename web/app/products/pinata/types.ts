import type { Api } from "~/api/types";

// Times are RFC 3339 in UTC, durations are seconds.
export type Source = Api<"Source">;
export type Repository = Api<"RepositoryOut">;
export type Phase = Api<"Phase">;
export type LogLine = Api<"LogLine">;
export type CodeNode = Api<"NodeOut">;
export type NodeDetail = Api<"NodeDetail">;
export type Neighbour = Api<"Neighbour">;
export type TableColumn = Api<"Column">;
export type SchemaTable = Api<"TableOut">;
export type Changes = Api<"Changes">;
export type Diagnostic = Api<"DiagnosticOut">;
export type Honesty = Api<"Honesty">;
export type Metrics = Partial<Record<string, number>>;

/** A scan; `log` holds its last lines and comes only with live states. */
export type Scan = Api<"ScanOut"> & { log?: LogLine[] };
export type ScanStatus = Scan["status"];

/** The graph column by column: `kind` and `service` are indexes into the lists, edges are indexes of nodes. */
export interface ColumnarGraph {
  kinds: string[];
  services: string[];
  edge_kinds?: string[];
  nodes: {
    id: string[];
    kind: number[];
    name: string[];
    file: (string | null)[];
    line: (number | null)[];
    service: (number | null)[];
    x: number[];
    y: number[];
  };
  edges: { source: number[]; target: number[]; kind: (number | string)[] };
  districts?: District[];
}

/** A part of a large graph's map: a folder of a service, and the rectangle its nodes lie in. */
export interface District {
  name: string;
  service: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export function isOver(status: ScanStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}
