import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Page } from "~/api/types";
import { useShell } from "~/shell/context";
import { toast, toastProblem } from "~/ui/toast";
import { type Member, members, membersQuery, type Role, refreshMembers, refreshOrganizations, roles } from "../api";

type Pages = InfiniteData<Page<Member>>;

function called(role: Role): string {
  return (roles.find((one) => one.value === role)?.label ?? role).toLowerCase();
}

/** Changes a role at once on the page, then on the server; what it was before is one click away. */
export function useChangeRole(q: string) {
  const { organization } = useShell();
  const org = organization.slug;
  const client = useQueryClient();
  const { queryKey } = membersQuery(org, q);
  const show = (id: string, role: Role) =>
    client.setQueryData<Pages>(queryKey, (old) => {
      if (!old) return old;
      const changed = (member: Member) => (member.id === id ? { ...member, role } : member);
      return { ...old, pages: old.pages.map((page) => ({ ...page, items: page.items.map(changed) })) };
    });
  const change = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: Role; undoing?: boolean }) =>
      members.change(org, member.id, role),
    onMutate: async ({ member, role }) => {
      await client.cancelQueries({ queryKey });
      show(member.id, role);
    },
    onSuccess: (_, { member, role, undoing }) => {
      if (undoing) return;
      // Who has given away their own rights cannot take them back.
      const undo = { label: "Undo", onClick: () => change.mutate({ member, role: member.role, undoing: true }) };
      toast.success(`${member.name} is ${/^[aeiou]/.test(role) ? "an" : "a"} ${called(role)} now.`, {
        action: member.you ? undefined : undo,
      });
    },
    onError: (error, { member }) => {
      show(member.id, member.role);
      toastProblem(error);
    },
    onSettled: async (_, __, { member }) => {
      await refreshMembers(client, org);
      if (member.you) await refreshOrganizations(client, org);
    },
  });
  return change;
}
