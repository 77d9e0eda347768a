import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link2, Mail, RotateCw, Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { useCan } from "~/api/queries";
import { ago, dateTime, plural, title } from "~/lib/format";
import { useNow } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { type Column, DataTable } from "~/ui/data-table";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";
import { Tooltip } from "~/ui/tooltip";
import { type Invitation, invitations, invitationsQuery, refreshMembers } from "../api";
import { MadeLink } from "./made-link";
import { forEach, RowCheck, SelectionBar, useSelection } from "./selection";
import { useBulk } from "./use-bulk";

/** What an invitation is called: its address, or what its link is for. */
function called(one: Invitation): string {
  return one.email ?? (one.domain ? `Link for ${one.domain}` : "Link");
}

export function InvitationTable({ onInvite }: { onInvite: () => void }) {
  const org = useOrg();
  const client = useQueryClient();
  const now = useNow(30_000);
  const may = useCan(org, "organization.invitations.write");
  const query = useInfiniteQuery(invitationsQuery(org));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const selection = useSelection(may ? rows : []);
  const bulk = useBulk("invitation");
  const [link, setLink] = useState<string | null>(null);
  const resend = useMutation({
    mutationFn: (one: Invitation) => invitations.resend(org, one.id),
    onSuccess: (made) => (made.link ? setLink(made.link) : toast.success(`Sent to ${made.email} again.`)),
    onError: toastProblem,
    onSettled: () => refreshMembers(client, org),
  });
  const revoke = (some: Invitation[]) =>
    bulk.run(
      forEach(some, (one) => invitations.revoke(org, one.id)),
      "was revoked",
      "were revoked",
      selection.clear,
    );

  const columns: Column<Invitation>[] = [
    ...(may
      ? [
          {
            id: "choose",
            header: () => (
              <RowCheck label="Choose all invitations" checked={selection.all} onChange={selection.toggleAll} />
            ),
            cell: ({ row: { original: one } }) => (
              <RowCheck
                label={`Choose ${called(one)}`}
                checked={selection.has(one.id)}
                onChange={() => selection.toggle(one.id)}
              />
            ),
            className: "w-8 pr-0",
          } satisfies Column<Invitation>,
        ]
      : []),
    {
      id: "whom",
      header: "Invited",
      cell: ({ row: { original: one } }) => {
        const Icon = one.email ? Mail : Link2;
        return (
          <div className="flex min-w-0 items-center gap-3">
            <span className="flex size-7 shrink-0 items-center justify-center rounded-full border bg-sunken text-fg-3">
              <Icon className="size-3.5" aria-hidden="true" />
            </span>
            <div className="min-w-0">
              <p className="truncate font-medium">{called(one)}</p>
              <p className="num truncate text-xs text-fg-2">
                {one.email ? "By mail" : `${one.uses} of ${plural(one.max_uses, "place")} taken`}
                {one.invited_by && `, from ${one.invited_by}`}
              </p>
            </div>
          </div>
        );
      },
      className: "max-w-0 w-[46%] max-md:w-full",
    },
    {
      id: "role",
      header: "Role",
      cell: ({ row }) => <span className="text-fg-2">{title(row.original.role)}</span>,
      className: "max-sm:hidden",
    },
    {
      id: "state",
      header: "State",
      cell: ({ row: { original: one } }) =>
        one.expired ? (
          <Badge tone="warn">Expired</Badge>
        ) : (
          <span title={`Until ${dateTime(one.expires_at)}`}>
            <Badge tone="info">Waiting</Badge>
          </span>
        ),
      className: "max-sm:text-right",
    },
    {
      id: "sent",
      header: "Sent",
      cell: ({ row: { original: one } }) => (
        <span className="num whitespace-nowrap text-fg-2" title={dateTime(one.sent_at)}>
          {ago(one.sent_at, now)}
        </span>
      ),
      className: "max-md:hidden",
    },
    {
      id: "more",
      header: () => <span className="sr-only">Actions</span>,
      cell: ({ row: { original: one } }) =>
        may && (
          <div className="flex justify-end gap-0.5">
            <Tooltip text={one.email ? "Send again, with a new link" : "Make a new link in its place"}>
              <Button
                variant="ghost"
                size="icon"
                aria-label={`${one.email ? "Send again" : "New link"}: ${called(one)}`}
                disabled={resend.isPending}
                onClick={() => resend.mutate(one)}
              >
                <RotateCw aria-hidden="true" />
              </Button>
            </Tooltip>
            <Tooltip text="Revoke">
              <Button variant="ghost" size="icon" aria-label={`Revoke: ${called(one)}`} onClick={() => revoke([one])}>
                <Trash2 aria-hidden="true" />
              </Button>
            </Tooltip>
          </div>
        ),
      className: "w-20 pl-0",
    },
  ];

  return (
    <>
      <SelectionBar count={selection.chosen.length} clear={selection.clear}>
        <Button variant="danger-outline" busy={bulk.busy} onClick={() => revoke(selection.chosen)}>
          Revoke
        </Button>
      </SelectionBar>
      {query.isPending && <SkeletonRows rows={3} />}
      {query.error && <ProblemNote className="m-4" error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && rows.length === 0 && (
        <Empty
          icon={UserPlus}
          title="Nobody is waiting for an answer"
          action={may && <Button onClick={onInvite}>Invite people</Button>}
        >
          Invitations stand here until they are accepted.
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Invitations"
          rows={rows}
          columns={columns}
          rowId={(one) => one.id}
          rowHeight={56}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage()}
          className="max-h-[calc(100dvh-18rem)] [&_tbody_tr:last-child_td]:border-b-0"
        />
      )}
      {link && (
        <Dialog open onOpenChange={() => setLink(null)} title="Your new link" text="The old one works no more.">
          <MadeLink link={link} onDone={() => setLink(null)} />
        </Dialog>
      )}
    </>
  );
}
