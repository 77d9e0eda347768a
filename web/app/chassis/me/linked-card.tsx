import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2, Unlink } from "lucide-react";
import { useState } from "react";
import { answer, http } from "~/api/client";
import { go } from "~/chassis/auth/away";
import { FailedElsewhere } from "~/chassis/auth/elsewhere";
import { ago } from "~/lib/format";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { ProblemNote } from "~/ui/problem";
import { toast, toastProblem } from "~/ui/toast";

const linkedQuery = {
  queryKey: ["me", "linked-identities"],
  queryFn: () => answer(http.GET("/api/v1/me/linked-identities")),
};

/** Accounts at other services that open this one. Without any service to link, and nothing linked, there is no card. */
export function LinkedCard() {
  const client = useQueryClient();
  const linked = useQuery(linkedQuery);
  const providers = useQuery({
    queryKey: ["providers"],
    queryFn: () => answer(http.GET("/api/v1/auth/providers")),
    staleTime: 5 * 60_000,
  });
  const [busy, setBusy] = useState<string | null>(null);
  const items = linked.data?.items ?? [];
  const more = (providers.data?.items ?? []).filter((one) => !items.some((item) => item.provider === one.id));
  const labels = new Map(providers.data?.items.map((one) => [one.id, one.label]));
  if (items.length === 0 && more.length === 0 && !linked.error) return <FailedElsewhere />;
  const link = async (provider: string) => {
    setBusy(provider);
    try {
      go((await answer(http.POST("/api/v1/me/linked-identities", { body: { provider } }))).url);
    } catch (error) {
      toastProblem(error);
      setBusy(null);
    }
  };
  const unlink = async (id: string) => {
    setBusy(id);
    try {
      await answer(http.DELETE("/api/v1/me/linked-identities/{id}", { params: { path: { id } } }));
      await client.invalidateQueries({ queryKey: linkedQuery.queryKey });
      toast.success("Unlinked.");
    } catch (error) {
      toastProblem(error);
    } finally {
      setBusy(null);
    }
  };
  return (
    <>
      <FailedElsewhere />
      <Card>
        <CardHead title="Linked sign-ins" text="Accounts at other services that open this one." />
        <ul className="border-t" aria-label="Linked sign-ins">
          {linked.error && (
            <li className="p-4">
              <ProblemNote error={linked.error} onRetry={() => linked.refetch()} />
            </li>
          )}
          {items.map((item) => (
            <li key={item.id} className="flex min-h-12 items-center gap-3 border-b px-4 py-2 last:border-b-0">
              <Link2 className="size-4 shrink-0 text-fg-3" aria-hidden="true" />
              <div className="min-w-0 flex-1">
                <p className="font-medium">{labels.get(item.provider) ?? "Single sign-on"}</p>
                <p className="truncate text-xs text-fg-3">
                  {item.label}
                  {item.used_at ? `, last used ${ago(item.used_at, Date.now())}` : ""}
                </p>
              </div>
              <Button variant="danger-outline" busy={busy === item.id} onClick={() => unlink(item.id)}>
                <Unlink aria-hidden="true" /> Unlink
              </Button>
            </li>
          ))}
          {more.map(({ id, label }) => (
            <li key={id} className="flex min-h-12 items-center gap-3 border-b px-4 py-2 last:border-b-0">
              <Link2 className="size-4 shrink-0 text-fg-3" aria-hidden="true" />
              <p className="min-w-0 flex-1 text-fg-2">{label} is not linked.</p>
              <Button busy={busy === id} onClick={() => link(id)}>
                Link {label}
              </Button>
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}
