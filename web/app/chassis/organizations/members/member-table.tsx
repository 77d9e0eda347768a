import { useInfiniteQuery } from "@tanstack/react-query";
import { Ellipsis, SearchX, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useCan } from "~/api/queries";
import { ago, dateTime } from "~/lib/format";
import { useNow } from "~/lib/hooks";
import { useShell } from "~/shell/context";
import { Avatar } from "~/ui/avatar";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { type Column, DataTable } from "~/ui/data-table";
import { Empty } from "~/ui/empty";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "~/ui/menu";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { atLeast, type Member, members, membersQuery } from "../api";
import { LeaveDialog } from "./leave-dialog";
import { RemoveDialog } from "./remove-dialog";
import { RoleMenu } from "./role-menu";
import { forEach, RowCheck, SelectionBar, useSelection } from "./selection";
import { TransferDialog } from "./transfer-dialog";
import { useBulk } from "./use-bulk";
import { useChangeRole } from "./use-members";

type Asked = { what: "remove"; members: Member[] } | { what: "transfer"; member: Member } | { what: "leave" } | null;

export function MemberTable({ q, clear }: { q: string; clear: () => void }) {
  const { organization } = useShell();
  const org = organization.slug;
  const now = useNow(30_000);
  const may = useCan(org, "organization.members.write");
  const query = useInfiniteQuery(membersQuery(org, q));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const change = useChangeRole(q);
  const bulk = useBulk();
  const [asked, setAsked] = useState<Asked>(null);
  const touchable = (member: Member) => may && atLeast(organization.role, member.role);
  const selection = useSelection(rows.filter((member) => touchable(member) && !member.you));

  const columns: Column<Member>[] = [
    ...(may
      ? [
          {
            id: "choose",
            header: () => (
              <RowCheck label="Choose all members" checked={selection.all} onChange={selection.toggleAll} />
            ),
            cell: ({ row: { original: one } }) => (
              <RowCheck
                label={`Choose ${one.name}`}
                checked={selection.has(one.id)}
                disabled={!touchable(one) || one.you}
                onChange={() => selection.toggle(one.id)}
              />
            ),
            className: "w-8 pr-0",
          } satisfies Column<Member>,
        ]
      : []),
    {
      id: "name",
      header: "Member",
      cell: ({ row: { original: one } }) => (
        <div className="flex min-w-0 items-center gap-3">
          <Avatar name={one.name} className="size-7" />
          <div className="min-w-0">
            <p className="flex items-center gap-1.5 font-medium">
              <span className="truncate">{one.name}</span> {one.you && <Badge>You</Badge>}
            </p>
            <p className="truncate text-xs text-fg-2">{one.email ?? "No address yet"}</p>
          </div>
        </div>
      ),
      className: "max-w-0 w-[44%] max-md:w-full",
    },
    {
      id: "role",
      header: "Role",
      cell: ({ row: { original: one } }) => (
        <div className="-ml-2.5">
          <RoleMenu
            label={`Role of ${one.name}: ${one.role}`}
            value={one.role}
            disabled={!touchable(one)}
            onChoose={(role) => role !== one.role && change.mutate({ member: one, role })}
          />
        </div>
      ),
    },
    {
      id: "factor",
      header: "Second factor",
      cell: ({ row: { original: one } }) =>
        one.second_factor ? (
          <Badge tone="ok">
            <ShieldCheck aria-hidden="true" /> On
          </Badge>
        ) : (
          <span className="text-fg-3">{one.second_factor === false ? "Off" : "Not known"}</span>
        ),
      className: "max-md:hidden",
    },
    {
      id: "seen",
      header: "Last seen",
      cell: ({ row: { original: one } }) => (
        <span className="num whitespace-nowrap text-fg-2" title={one.seen_at ? dateTime(one.seen_at) : undefined}>
          {one.seen_at ? ago(one.seen_at, now) : "Not yet"}
        </span>
      ),
      className: "max-md:hidden",
    },
    {
      id: "joined",
      header: "Joined",
      cell: ({ row: { original: one } }) => (
        <span className="num whitespace-nowrap text-fg-2" title={dateTime(one.joined_at)}>
          {ago(one.joined_at, now)}
        </span>
      ),
      className: "max-lg:hidden",
    },
    {
      id: "more",
      header: () => <span className="sr-only">Actions</span>,
      cell: ({ row: { original: one } }) =>
        (touchable(one) || one.you) && (
          <Menu>
            <MenuTrigger asChild>
              <Button variant="ghost" size="icon" aria-label={`Actions for ${one.name}`}>
                <Ellipsis aria-hidden="true" />
              </Button>
            </MenuTrigger>
            <MenuContent align="end">
              {organization.role === "owner" && one.role !== "owner" && (
                <MenuItem onSelect={() => setAsked({ what: "transfer", member: one })}>Hand over ownership…</MenuItem>
              )}
              {one.you ? (
                <MenuItem onSelect={() => setAsked({ what: "leave" })}>Leave {organization.name}…</MenuItem>
              ) : (
                <MenuItem className="text-bad" onSelect={() => setAsked({ what: "remove", members: [one] })}>
                  Remove from {organization.name}…
                </MenuItem>
              )}
            </MenuContent>
          </Menu>
        ),
      className: "w-10 pl-0",
    },
  ];

  const close = () => setAsked(null);
  return (
    <>
      <SelectionBar count={selection.chosen.length} clear={selection.clear}>
        <RoleMenu
          label="Role of the chosen members"
          onChoose={(role) =>
            bulk.run(
              forEach(selection.chosen, (member) => members.change(org, member.id, role)),
              "has the new role",
              "have the new role",
              selection.clear,
            )
          }
        />
        <Button
          variant="danger-outline"
          onClick={() => setAsked({ what: "remove", members: selection.chosen })}
          busy={bulk.busy}
        >
          Remove…
        </Button>
      </SelectionBar>
      {query.isPending && <SkeletonRows />}
      {query.error && <ProblemNote className="m-4" error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && rows.length === 0 && (
        <Empty
          icon={SearchX}
          title={`Nobody here is called “${q}”`}
          action={<Button onClick={clear}>Show all members</Button>}
        />
      )}
      {rows.length > 0 && (
        <DataTable
          label="Members"
          rows={rows}
          columns={columns}
          rowId={(one) => one.id}
          rowHeight={56}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage()}
          className="max-h-[calc(100dvh-18rem)] [&_tbody_tr:last-child_td]:border-b-0"
        />
      )}
      {asked?.what === "remove" && <RemoveDialog members={asked.members} onClose={close} onDone={selection.clear} />}
      {asked?.what === "transfer" && <TransferDialog member={asked.member} onClose={close} />}
      {asked?.what === "leave" && <LeaveDialog onClose={close} />}
    </>
  );
}
