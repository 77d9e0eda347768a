import { useQueryClient } from "@tanstack/react-query";
import { useShell } from "~/shell/context";
import { toast } from "~/ui/toast";
import { type Member, members, refreshMembers, refreshOrganizations } from "../api";
import { ConfirmDialog } from "../confirm-dialog";

export function TransferDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const { organization } = useShell();
  const client = useQueryClient();
  const org = organization.slug;
  return (
    <ConfirmDialog
      title={`Hand over to ${member.name}?`}
      text={`${member.name} becomes an owner of ${organization.name}, and you an admin. Only an owner can make you one again.`}
      word={org}
      action="Hand over ownership"
      onClose={onClose}
      onConfirm={async (typed) => {
        await members.transfer(org, member.id, typed);
        await Promise.all([refreshMembers(client, org), refreshOrganizations(client, org)]);
        toast.success(`${member.name} is an owner of ${organization.name} now.`);
      }}
    />
  );
}
