import type { QueryClient } from "@tanstack/react-query";
import { answer, http } from "~/api/client";
import { meQuery } from "~/api/queries";
import type { Api, Me } from "~/api/types";
import { setTheme } from "~/lib/theme";

/** Changes one's own profile, and everything on screen that follows it. */
export async function changeMe(client: QueryClient, change: Api<"ProfileChange">): Promise<Me> {
  const me = await answer(http.PATCH("/api/v1/me", { body: change }));
  // What was asked before the change must not arrive after it.
  await client.cancelQueries({ queryKey: meQuery.queryKey, exact: true });
  client.setQueryData(meQuery.queryKey, me);
  if (change.theme) setTheme(me.theme);
  return me;
}
