import { infiniteQueryOptions, keepPreviousData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "~/api/client";
import { useTopic } from "~/api/live-context";
import type { Page } from "~/api/types";
import {
  type Changes,
  type CodeNode,
  type ColumnarGraph,
  type Diagnostic,
  isOver,
  type LogLine,
  type NodeDetail,
  type Repository,
  type Scan,
  type SchemaTable,
} from "./types";

const base = (org: string) => `/orgs/${org}/pinata`;
const key = (org: string, ...rest: unknown[]) => ["pinata", org, ...rest];
/** What a finished scan found never changes. */
const forever = { staleTime: Number.POSITIVE_INFINITY };

export const repositoriesQuery = (org: string, q = "") =>
  infiniteQueryOptions({
    queryKey: key(org, "repositories", q),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Repository>>(`${base(org)}/repositories`, { query: { q, after: pageParam, limit: 100 }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const repositoryQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: key(org, "repository", id),
    queryFn: () => api.get<Repository>(`${base(org)}/repositories/${id}`),
  });

export const repositoryScansQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: key(org, "repository", id, "scans"),
    queryFn: () => api.get<Page<Scan>>(`${base(org)}/repositories/${id}/scans`, { query: { limit: 50 } }),
    enabled: id !== "",
  });

export interface ScanPage extends Page<Scan> {
  counts: Record<"all" | "running" | "succeeded" | "failed" | "cancelled", number>;
}

export const scansQuery = (org: string, status = "") =>
  infiniteQueryOptions({
    queryKey: key(org, "scans", status),
    queryFn: ({ pageParam, signal }) =>
      api.get<ScanPage>(`${base(org)}/scans`, { query: { status, after: pageParam, limit: 50 }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const scanQuery = (org: string, id: string) =>
  queryOptions({ queryKey: key(org, "scan", id), queryFn: () => api.get<Scan>(`${base(org)}/scans/${id}`) });

export const scanLogQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: key(org, "scan", id, "log"),
    queryFn: () => api.get<{ items: LogLine[] }>(`${base(org)}/scans/${id}/log`),
  });

export interface NodeFilters {
  kind: string;
  q: string;
  service: string;
  folder: string;
}

export interface NodePage extends Page<CodeNode> {
  counts: Record<string, number>;
  services: string[];
}

export const nodesQuery = (org: string, scan: string, filters: NodeFilters) =>
  infiniteQueryOptions({
    queryKey: key(org, "scan", scan, "nodes", filters),
    queryFn: ({ pageParam, signal }) =>
      api.get<NodePage>(`${base(org)}/scans/${scan}/nodes`, {
        query: { ...filters, after: pageParam, limit: 200 },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    ...forever,
  });

export const nodeQuery = (org: string, scan: string, node: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "node", node),
    queryFn: () => api.get<NodeDetail>(`${base(org)}/scans/${scan}/nodes/${encodeURIComponent(node)}`),
    enabled: node !== "",
    ...forever,
  });

export const pathsQuery = (org: string, scan: string, node: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "paths", node),
    queryFn: () =>
      api.get<{ paths: CodeNode[][] }>(`${base(org)}/scans/${scan}/nodes/${encodeURIComponent(node)}/paths`),
    enabled: node !== "",
    ...forever,
  });

export const graphQuery = (org: string, scan: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "graph"),
    queryFn: () => api.get<ColumnarGraph>(`${base(org)}/scans/${scan}/graph`),
    gcTime: 60_000,
    ...forever,
  });

export const tablesQuery = (org: string, scan: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "tables"),
    queryFn: () => everyPage<SchemaTable>(`${base(org)}/scans/${scan}/tables`),
    ...forever,
  });

export const changesQuery = (org: string, scan: string, against: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "changes", against),
    queryFn: () => api.get<Changes>(`${base(org)}/scans/${scan}/changes`, { query: { against } }),
    ...forever,
  });

export const diagnosticsQuery = (org: string, scan: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "diagnostics"),
    queryFn: () => everyPage<Diagnostic>(`${base(org)}/scans/${scan}/diagnostics`),
    ...forever,
  });

async function everyPage<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = "";
  do {
    const page: Page<T> = await api.get<Page<T>>(path, { query: { after, limit: 200 } });
    items.push(...page.items);
    after = page.next ?? null;
  } while (after);
  return items;
}

/** Where the browser downloads a scan's results from. */
export function exportUrl(org: string, scan: string, format: "json" | "csv" | "mermaid"): string {
  return `/api/v1${base(org)}/scans/${scan}/export?format=${format}`;
}

/** A scan that follows the live topic while it isn't over. */
export function useScan(org: string, id: string) {
  const client = useQueryClient();
  const query = useQuery({
    ...scanQuery(org, id),
    // The socket brings every change; asking now and then covers a network that lets no socket through.
    refetchInterval: ({ state }) => (state.data && isOver(state.data.status) ? false : 5_000),
  });
  const over = query.data ? isOver(query.data.status) : false;
  useTopic<Scan>(
    `pinata.scan:${id}`,
    (scan) => {
      client.setQueryData(scanQuery(org, id).queryKey, scan);
      if (isOver(scan.status)) refreshLists(client, org);
    },
    !over,
  );
  return query;
}

/** Keeps lists fresh: asks again whenever any scan of the organization changes. */
export function useScansTopic(org: string): void {
  const client = useQueryClient();
  useTopic("pinata.scans", () => refreshLists(client, org));
}

type Client = ReturnType<typeof useQueryClient>;

export function refreshLists(client: Client, org: string): void {
  for (const name of ["scans", "repositories", "repository"])
    void client.invalidateQueries({ queryKey: key(org, name) });
}

export type NewSource =
  | { kind: "git"; url: string; branch?: string; username?: string; token?: string; private_key?: string }
  | { kind: "path"; path: string }
  | { kind: "upload"; upload_id: string };

export const repositories = {
  create: (org: string, body: { name?: string; source: NewSource }) =>
    api.post<Repository>(`${base(org)}/repositories`, body),
  rename: (org: string, id: string, name: string) => api.patch<Repository>(`${base(org)}/repositories/${id}`, { name }),
  delete: (org: string, id: string) => api.delete(`${base(org)}/repositories/${id}`),
  scan: (org: string, id: string, branch?: string) =>
    api.post<Scan>(`${base(org)}/repositories/${id}/scans`, branch ? { branch } : {}),
};

export const scans = {
  cancel: (org: string, id: string) => api.post<Scan>(`${base(org)}/scans/${id}/cancel`),
};

export interface Upload {
  id: string;
  url: string;
  method: string;
  max_bytes: number;
}

export const createUpload = (org: string, file: File) =>
  api.post<Upload>(`${base(org)}/uploads`, { filename: file.name, bytes: file.size });

export const fillWithSample = (org: string) => api.post<{ path: string }>(`/orgs/${org}/samples/pinata`);
