import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Laptop, type LucideIcon, Smartphone, SquareTerminal, Tablet } from "lucide-react";
import { useState } from "react";
import type { Api } from "~/api/types";
import { ago, dateTime, plural } from "~/lib/format";
import { useNow } from "~/lib/hooks";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { Dialog } from "~/ui/dialog";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";
import { endOtherSessions, endSession, sessionsQuery } from "./api";

const icons: Record<Api<"DeviceOut">["kind"], LucideIcon> = {
  computer: Laptop,
  phone: Smartphone,
  tablet: Tablet,
  program: SquareTerminal,
};

/** Where one is signed in, and signing out there. */
export function SessionsCard() {
  const query = useQuery(sessionsQuery);
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const sessions = query.data?.items ?? [];
  const others = sessions.filter((one) => !one.current).length;
  const endOthers = useMutation({
    mutationFn: endOtherSessions,
    onSuccess: async () => {
      setAsking(false);
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      toast.success("You are signed in only here.");
    },
  });
  return (
    <Card>
      <CardHead
        title="Where you are signed in"
        text="Something you don't know? Sign out there and change your password."
      >
        {others > 0 && (
          <Button variant="danger-outline" onClick={() => setAsking(true)}>
            Sign out everywhere else…
          </Button>
        )}
      </CardHead>
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
      {query.isPending && <SkeletonRows rows={2} />}
      {sessions.length > 0 && (
        <ul className="border-t">
          {sessions.map((one) => (
            <SessionRow key={one.id} session={one} />
          ))}
        </ul>
      )}
      <Dialog
        open={asking}
        onOpenChange={(open) => {
          setAsking(open);
          endOthers.reset();
        }}
        title="Sign out everywhere else?"
        text={`${plural(others, "session")} will end at once. Here you stay signed in.`}
      >
        {endOthers.error && <ProblemNote error={endOthers.error} className="mb-4" />}
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={() => setAsking(false)}>
            Cancel
          </Button>
          <Button size="md" variant="danger" busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            Sign out everywhere else
          </Button>
        </div>
      </Dialog>
    </Card>
  );
}

function SessionRow({ session }: { session: Api<"SessionOut"> }) {
  const client = useQueryClient();
  const now = useNow(30_000);
  const Icon = icons[session.device.kind];
  const end = useMutation({
    mutationFn: () => endSession(session.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      toast.success(`Signed out of ${session.device.name}.`);
    },
    onError: toastProblem,
  });
  return (
    <li className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2.5 last:border-b-0">
      <Icon className="size-4 shrink-0 text-fg-3" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 font-medium">
          {session.device.name}
          {session.current && <Badge tone="ok">This one</Badge>}
        </p>
        <p className="text-xs text-fg-2">
          <span className="num">{session.address}</span>
          {session.country && `, ${new Intl.DisplayNames("en", { type: "region" }).of(session.country)}`}
          {" · "}
          <span title={dateTime(session.seen_at)}>
            {session.current ? "now" : `last seen ${ago(session.seen_at, now)}`}
          </span>
          {" · "}
          <span title={dateTime(session.created_at)}>since {ago(session.created_at, now)}</span>
        </p>
      </div>
      {!session.current && (
        <Button busy={end.isPending} onClick={() => end.mutate()} aria-label={`Sign out of ${session.device.name}`}>
          Sign out
        </Button>
      )}
    </li>
  );
}
