/** What Pinata's API answers with. Times are RFC 3339 in UTC, durations are seconds. */
export type SourceKind = "git" | "path" | "upload" | "sample";

export interface Source {
  kind: SourceKind;
  location: string;
  branch: string | null;
}

export type ScanStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";
export type PhaseName = "clone" | "discover" | "parse" | "resolve" | "graph";
export type Metrics = Partial<Record<string, number>>;

export interface ScanSummary {
  id: string;
  number: number;
  status: ScanStatus;
  created_at: string;
  finished_at: string | null;
  metrics?: Metrics;
}

export interface Repository {
  id: string;
  name: string;
  source: Source;
  language_mix: Record<string, number>;
  created_at: string;
  last_scan: ScanSummary | null;
  scans: number;
}

export interface Phase {
  name: PhaseName;
  state: "waiting" | "running" | "done";
  seconds: number | null;
}

export interface Progress {
  done: number;
  total: number;
  /** 0 to 1, over all phases. */
  fraction: number;
  seconds_left: number | null;
  message: string;
}

export interface LogLine {
  at: string;
  phase: string;
  message: string;
}

export interface Scan {
  id: string;
  number: number;
  repository: { id: string; name: string };
  status: ScanStatus;
  phase: PhaseName | null;
  phases: Phase[];
  progress: Progress;
  commit: string | null;
  branch: string | null;
  error: { code: string; detail: string; hint: string | null; request_id?: string | null } | null;
  metrics: Metrics;
  baseline: { id: string; number: number; metrics: Metrics } | null;
  languages: Record<string, number>;
  started_by: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** The last lines; only in live states. */
  log?: LogLine[];
}

export interface CodeNode {
  id: string;
  kind: string;
  name: string;
  file: string | null;
  line: number | null;
  end_line: number | null;
  service: string | null;
  language: string | null;
  confidence: number;
  detail: unknown;
}

export interface Neighbour {
  node: CodeNode;
  edge: { kind: string; confidence: number; evidence: { file: string; line: number }[] };
}

export interface NodeDetail extends CodeNode {
  source: { first_line: number; lines: string[]; highlight: [number, number] } | null;
  incoming: Neighbour[];
  outgoing: Neighbour[];
}

export interface TableColumn {
  name: string;
  type: string | null;
  nullable: boolean | null;
  primary_key: boolean;
  references: string | null;
}

export interface SchemaTable {
  name: string;
  file: string | null;
  line: number | null;
  columns: TableColumn[];
  readers: number;
  writers: number;
}

type TableName = string | { name: string };

export interface Changes {
  against: { id: string; number: number } | null;
  nodes: { added: CodeNode[]; removed: CodeNode[]; changed: { before: CodeNode; after: CodeNode }[] };
  edges: { added: number; removed: number };
  tables: {
    added: TableName[];
    removed: TableName[];
    changed: (TableName | { before: TableName; after: TableName })[];
  };
}

export interface Diagnostic {
  file: string | null;
  line: number | null;
  code: string;
  message: string;
}

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
}

export function isOver(status: ScanStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}
