import { infiniteQueryOptions, keepPreviousData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, http } from "~/api/client";
import { useTopic } from "~/api/live-context";
import type { Api, Page } from "~/api/types";
import { type ColumnarGraph, isOver, type NodeDetail, type Scan, type ScanStatus } from "./types";

const inRepository = (org: string, repository_id: string) => ({ path: { org, repository_id } });
const inScan = (org: string, scan_id: string) => ({ path: { org, scan_id } });
const inNode = (org: string, scan_id: string, node_id: string) => ({ path: { org, scan_id, node_id } });
const key = (org: string, ...rest: unknown[]) => ["pinata", org, ...rest];
/** What a finished scan found never changes. */
const forever = { staleTime: Number.POSITIVE_INFINITY };

export const repositoriesQuery = (org: string, q = "") =>
  infiniteQueryOptions({
    queryKey: key(org, "repositories", q),
    queryFn: ({ pageParam, signal }) =>
      answer(
        http.GET("/api/v1/orgs/{org}/pinata/repositories", {
          params: { path: { org }, query: { q: q || null, after: pageParam || null, limit: 100 } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const repositoryQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: key(org, "repository", id),
    queryFn: () =>
      answer(http.GET("/api/v1/orgs/{org}/pinata/repositories/{repository_id}", { params: inRepository(org, id) })),
  });

export const repositoryScansQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: key(org, "repository", id, "scans"),
    queryFn: () =>
      answer(
        http.GET("/api/v1/orgs/{org}/pinata/repositories/{repository_id}/scans", {
          params: { ...inRepository(org, id), query: { limit: 50 } },
        }),
      ),
    enabled: id !== "",
  });

export const scansQuery = (org: string, status: ScanStatus | "" = "") =>
  infiniteQueryOptions({
    queryKey: key(org, "scans", status),
    queryFn: ({ pageParam, signal }) => {
      const query = { status: status || null, after: pageParam || null, limit: 50 };
      return answer(http.GET("/api/v1/orgs/{org}/pinata/scans", { params: { path: { org }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const scanQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: key(org, "scan", id),
    queryFn: (): Promise<Scan> =>
      answer(http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}", { params: inScan(org, id) })),
  });

export const scanLogQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: key(org, "scan", id, "log"),
    queryFn: () => answer(http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/log", { params: inScan(org, id) })),
  });

export interface NodeFilters {
  kind: string;
  q: string;
  service: string;
  folder: string;
}

export const nodesQuery = (org: string, scan: string, filters: NodeFilters) =>
  infiniteQueryOptions({
    queryKey: key(org, "scan", scan, "nodes", filters),
    queryFn: ({ pageParam, signal }) => {
      const query = { ...given(filters), after: pageParam || null, limit: 200 };
      return answer(
        http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/nodes", {
          params: { ...inScan(org, scan), query },
          signal,
        }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    ...forever,
  });

export const nodeQuery = (org: string, scan: string, node: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "node", node),
    // The client's types forget that `highlight` is a pair.
    queryFn: () =>
      answer(
        http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/nodes/{node_id}", { params: inNode(org, scan, node) }),
      ) as Promise<NodeDetail>,
    enabled: node !== "",
    ...forever,
  });

export const pathsQuery = (org: string, scan: string, node: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "paths", node),
    queryFn: () =>
      answer(
        http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/nodes/{node_id}/paths", {
          params: inNode(org, scan, node),
        }),
      ),
    enabled: node !== "",
    ...forever,
  });

export const graphQuery = (org: string, scan: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "graph"),
    // Sent as it was stored, column by column, so the document doesn't describe it.
    queryFn: async () =>
      (await answer(
        http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/graph", { params: inScan(org, scan) }),
      )) as ColumnarGraph,
    gcTime: 60_000,
    ...forever,
  });

export const tablesQuery = (org: string, scan: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "tables"),
    queryFn: () =>
      everyPage((after) =>
        answer(
          http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/tables", {
            params: { ...inScan(org, scan), query: { after, limit: 200 } },
          }),
        ),
      ),
    ...forever,
  });

export const changesQuery = (org: string, scan: string, against: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "changes", against),
    queryFn: () =>
      answer(
        http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/changes", {
          params: { ...inScan(org, scan), query: { against: against || null } },
        }),
      ),
    ...forever,
  });

export const diagnosticsQuery = (org: string, scan: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "diagnostics"),
    queryFn: () =>
      everyPage((after) =>
        answer(
          http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/diagnostics", {
            params: { ...inScan(org, scan), query: { after, limit: 200 } },
          }),
        ),
      ),
    ...forever,
  });

export const honestyQuery = (org: string, scan: string) =>
  queryOptions({
    queryKey: key(org, "scan", scan, "honesty"),
    queryFn: () => answer(http.GET("/api/v1/orgs/{org}/pinata/scans/{scan_id}/honesty", { params: inScan(org, scan) })),
    ...forever,
  });

async function everyPage<T>(read: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await read(after);
    items.push(...page.items);
    after = page.next ?? null;
  } while (after);
  return items;
}

/** The filters that are set: an empty one is none. */
function given(filters: Partial<NodeFilters>): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
}

/** Where the browser downloads what a scan found from; with filters, only what they leave. */
export function exportUrl(
  org: string,
  scan: string,
  format: "json" | "csv" | "mermaid",
  filters: Partial<NodeFilters> = {},
): string {
  return `/api/v1/orgs/${org}/pinata/scans/${scan}/export?${new URLSearchParams({ format, ...given(filters) })}`;
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

export type NewRepository = Api<"RepositoryNew">;

export const repositories = {
  create: (org: string, body: NewRepository) =>
    answer(http.POST("/api/v1/orgs/{org}/pinata/repositories", { params: { path: { org } }, body })),
  rename: (org: string, id: string, name: string) =>
    answer(
      http.PATCH("/api/v1/orgs/{org}/pinata/repositories/{repository_id}", {
        params: inRepository(org, id),
        body: { name },
      }),
    ),
  delete: (org: string, id: string) =>
    http.DELETE("/api/v1/orgs/{org}/pinata/repositories/{repository_id}", { params: inRepository(org, id) }),
  scan: (org: string, id: string, branch?: string): Promise<Scan> =>
    answer(
      http.POST("/api/v1/orgs/{org}/pinata/repositories/{repository_id}/scans", {
        params: inRepository(org, id),
        body: { branch: branch || null },
      }),
    ),
};

export const scans = {
  cancel: (org: string, id: string): Promise<Scan> =>
    answer(http.POST("/api/v1/orgs/{org}/pinata/scans/{scan_id}/cancel", { params: inScan(org, id) })),
};

export const createUpload = (org: string, file: File) =>
  answer(
    http.POST("/api/v1/orgs/{org}/pinata/uploads", {
      params: { path: { org } },
      body: { filename: file.name, bytes: file.size },
    }),
  );

export const fillWithSample = (org: string) =>
  answer(http.POST("/api/v1/orgs/{org}/samples/{product}", { params: { path: { org, product: "pinata" } } }));
