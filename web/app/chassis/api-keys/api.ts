import { queryOptions } from "@tanstack/react-query";
import { answer, ask, http } from "~/api/client";
import type { Api, Page } from "~/api/types";

export type ApiKey = Api<"ApiKeyOut">;
export type ApiKeyMade = Api<"ApiKeyMade">;
export type Grantable = Api<"Grantable">;
export type Usage = Api<"OrganizationUsage"> | Api<"UsageOut">;
export type UsageHistory = Api<"UsageHistory">;
export type Granularity = UsageHistory["granularity"];

/** Whose keys a page is about: an organization's, or one's own. Both have the same addresses below theirs. */
export interface Keys {
  own: boolean;
  base: string;
}

export const keysOf = (org: string): Keys => ({ own: false, base: `/api/v1/orgs/${org}/api-keys` });
export const ownKeys: Keys = { own: true, base: "/api/v1/me/api-keys" };

export const keysQuery = (keys: Keys, which = "") =>
  queryOptions({
    queryKey: ["api-keys", keys.base, which],
    queryFn: () =>
      ask<Page<ApiKey>>("GET", keys.own ? keys.base : `${keys.base}?limit=200&which=${which || "current"}`),
  });

export const grantableQuery = (keys: Keys, org: string) =>
  queryOptions({
    queryKey: ["api-keys", keys.base, "grantable", org],
    queryFn: () =>
      ask<Grantable>("GET", `${keys.base}/grantable${keys.own ? `?organization=${encodeURIComponent(org)}` : ""}`),
  });

/** Of one key, or of all keys to the organization. */
export const usageQuery = (org: string, id?: string) =>
  queryOptions({
    queryKey: ["usage", org, id ?? "all"],
    queryFn: async (): Promise<Usage> =>
      id
        ? answer(http.GET("/api/v1/orgs/{org}/api-keys/{key_id}/usage", { params: { path: { org, key_id: id } } }))
        : answer(http.GET("/api/v1/orgs/{org}/usage", { params: { path: { org } } })),
    refetchInterval: 30_000,
  });

export const historyQuery = (org: string, granularity: Granularity, id?: string) => {
  const since = new Date(Date.now() - spans[granularity] * 86_400_000).toISOString().slice(0, 10);
  const query = { granularity, since: `${since}T00:00:00Z` };
  return queryOptions({
    queryKey: ["usage", org, id ?? "all", "history", granularity, since],
    queryFn: () =>
      id
        ? answer(
            http.GET("/api/v1/orgs/{org}/api-keys/{key_id}/usage/history", {
              params: { path: { org, key_id: id }, query },
            }),
          )
        : answer(http.GET("/api/v1/orgs/{org}/usage/history", { params: { path: { org }, query } })),
    refetchInterval: 30_000,
  });
};

/** How many days back the chart looks. */
const spans: Record<Granularity, number> = { day: 29, week: 7 * 25, month: 365 };

export interface NewKey {
  name: string;
  permissions: string[];
  expires_at: string | null;
  organization?: string;
}

export const makeKey = (keys: Keys, body: NewKey) => ask<ApiKeyMade>("POST", keys.base, body);

export const rotateKey = (keys: Keys, id: string, hours: number) =>
  ask<ApiKeyMade>("POST", `${keys.base}/${id}/rotation`, { overlap_hours: hours });

export const renameKey = (keys: Keys, id: string, name: string) => ask<ApiKey>("PATCH", `${keys.base}/${id}`, { name });

export const revokeKey = (keys: Keys, id: string) => ask<void>("DELETE", `${keys.base}/${id}`);
