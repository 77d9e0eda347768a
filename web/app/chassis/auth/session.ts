import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { meQuery } from "~/api/queries";
import type { Me } from "~/api/types";

/** Only a path of our own is followed: `//elsewhere` and full addresses are not. */
export function safeNext(next: string | null): string | null {
  return next && /^\/(?![/\\])/.test(next) ? next : null;
}

/** After signing in or up: remembers who it is and goes where they wanted to. */
export function useSignedIn() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  return (me: Me) => {
    client.clear();
    client.setQueryData(meQuery.queryKey, me);
    const first = me.organizations[0];
    return navigate(safeNext(params.get("next")) ?? (first ? `/${first.slug}` : "/start"), { replace: true });
  };
}
