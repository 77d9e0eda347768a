import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Me, Meta, Organization } from "./types";

export const metaQuery = queryOptions({
  queryKey: ["meta"],
  queryFn: () => api.get<Meta>("/meta"),
  staleTime: 5 * 60_000,
});

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => api.get<Me>("/me"),
  staleTime: 60_000,
});

export const organizationQuery = (org: string) =>
  queryOptions({
    queryKey: ["org", org],
    queryFn: () => api.get<Organization>(`/orgs/${org}`),
    staleTime: 60_000,
  });

/** Whether the signed-in person may do this here. False until it is known. */
export function useCan(org: string, permission: string): boolean {
  return useQuery(organizationQuery(org)).data?.permissions.includes(permission) ?? false;
}

export function useProducts() {
  return useQuery(metaQuery).data?.products ?? [];
}
