import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, http } from "~/api/client";
import type { Api } from "~/api/types";

export type Entry = Api<"EntryOut">;

/** What the log is filtered by, as it stands in the address; an empty one is none. */
export interface AuditFilters {
  action: string;
  actor: string;
  subject: string;
  address: string;
  period: string;
}

export const periods: { value: string; label: string; hours: number | null }[] = [
  { value: "", label: "Any time", hours: null },
  { value: "day", label: "Last 24 hours", hours: 24 },
  { value: "week", label: "Last 7 days", hours: 24 * 7 },
  { value: "month", label: "Last 30 days", hours: 24 * 30 },
  { value: "quarter", label: "Last 90 days", hours: 24 * 90 },
];

/** The filters as the API takes them. A period ends now, and begins on a whole minute so that it is the same when asked again. */
export function asked(filters: AuditFilters, now: number): Record<string, string> {
  const { period, ...rest } = filters;
  const hours = periods.find((one) => one.value === period)?.hours;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value));
  if (!hours) return given;
  const since = Math.floor(now / 60_000) * 60_000 - hours * 3_600_000;
  return { ...given, since: new Date(since).toISOString() };
}

export const auditQuery = (org: string, filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: ["audit", org, filters],
    queryFn: ({ pageParam }) =>
      answer(
        http.GET("/api/v1/orgs/{org}/audit", {
          params: { path: { org }, query: { ...asked(filters, Date.now()), limit: 50, after: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    // Looked at again while only its beginning is on screen; whoever reads further down is left in peace.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) <= 1 ? 15_000 : false),
  });

export const ownAuditQuery = infiniteQueryOptions({
  queryKey: ["own-audit"],
  queryFn: ({ pageParam }) =>
    answer(http.GET("/api/v1/me/audit", { params: { query: { limit: 10, after: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
});

/** Where the same rows can be had as a file. */
export function exportAddress(org: string, filters: AuditFilters, format: "csv" | "jsonl"): string {
  return `/api/v1/orgs/${org}/audit/export?${new URLSearchParams({ ...asked(filters, Date.now()), format })}`;
}
