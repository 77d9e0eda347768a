import { useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, http } from "~/api/client";

const key = (org: string) => ["org", org, "sign-in"];

export const useSignIn = (org: string) =>
  useQuery({
    queryKey: key(org),
    queryFn: () => answer(http.GET("/api/v1/orgs/{org}/sign-in", { params: { path: { org } } })),
  });

export const useDomains = (org: string) =>
  useQuery({
    queryKey: [...key(org), "domains"],
    queryFn: () => answer(http.GET("/api/v1/orgs/{org}/sign-in/domains", { params: { path: { org } } })),
  });

/** Has everything about the organization's sign-in be asked for again. */
export function useSignInChanged(org: string) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: key(org) });
}
