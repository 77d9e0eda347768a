import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { answer, http } from "~/api/client";

export const factorsQuery = queryOptions({
  queryKey: ["me", "second-factors"],
  queryFn: () => answer(http.GET("/api/v1/me/second-factors")),
});

export const passkeysQuery = queryOptions({
  queryKey: ["me", "passkeys"],
  queryFn: () => answer(http.GET("/api/v1/me/passkeys")),
});

/** Has everything about one's ways in be asked for again. */
export function useFactorsChanged() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: factorsQuery.queryKey }),
      client.invalidateQueries({ queryKey: passkeysQuery.queryKey }),
    ]);
}

export const renewRecoveryCodes = async () => (await answer(http.POST("/api/v1/me/recovery-codes"))).recovery_codes;
