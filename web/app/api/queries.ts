import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, http } from "./client";
import type { Meta } from "./types";

export const metaQuery = queryOptions({
  queryKey: ["meta"],
  queryFn: async () => (await answer(http.GET("/api/v1/meta"))) as Meta,
  staleTime: 5 * 60_000,
});

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => answer(http.GET("/api/v1/me")),
  staleTime: 60_000,
});

/** What an invitation is to, for whoever holds its link. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: () => answer(http.POST("/api/v1/auth/invitation", { body: { token } })),
    staleTime: 60_000,
  });

export const organizationQuery = (org: string) =>
  queryOptions({
    queryKey: ["org", org],
    queryFn: () => answer(http.GET("/api/v1/orgs/{org}", { params: { path: { org } } })),
    staleTime: 60_000,
  });

/** Whether the signed-in person may do this here. False until it is known. */
export function useCan(org: string, permission: string): boolean {
  return useQuery(organizationQuery(org)).data?.permissions.includes(permission) ?? false;
}
