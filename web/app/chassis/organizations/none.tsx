import { Building2, Plus } from "lucide-react";
import { useState } from "react";
import type { Me } from "~/api/types";
import { AuthPage } from "~/chassis/auth/auth-page";
import { useTitle } from "~/lib/hooks";
import { useSignOut } from "~/shell/user-menu";
import { Avatar } from "~/ui/avatar";
import { Button } from "~/ui/button";
import { toastProblem } from "~/ui/toast";
import { useRestore } from "./deleted";
import NewOrganization from "./new-organization";

/** For somebody who belongs to no organization: make one, bring one back, or follow an invitation. */
export function NoOrganization({ me }: { me: Me }) {
  useTitle("No organization");
  const signOut = useSignOut();
  const [creating, setCreating] = useState(false);
  return (
    <AuthPage
      title="You are in no organization"
      text="Make one of your own, or follow the link in an invitation."
      below={
        <button type="button" onClick={signOut} className="font-medium text-fg underline underline-offset-2">
          Sign out
        </button>
      }
    >
      <Button variant="primary" size="lg" className="w-full justify-center" onClick={() => setCreating(true)}>
        <Plus aria-hidden="true" /> Create an organization
      </Button>
      {me.organizations.length > 0 && (
        <ul className="mt-5 grid gap-2 border-t pt-4">
          {me.organizations.map((card) => (
            <Deleted key={card.id} card={card} />
          ))}
        </ul>
      )}
      {creating && <NewOrganization open onOpenChange={setCreating} />}
    </AuthPage>
  );
}

function Deleted({ card }: { card: Me["organizations"][number] }) {
  const restore = useRestore(card);
  return (
    <li className="flex min-w-0 items-center gap-2.5">
      <Avatar name={card.name} square className="opacity-60" />
      <span className="min-w-0 flex-1 truncate">
        {card.name} <span className="text-fg-2">is being deleted</span>
      </span>
      <Button busy={restore.isPending} onClick={() => restore.mutate(undefined, { onError: toastProblem })}>
        <Building2 aria-hidden="true" /> Restore
      </Button>
    </li>
  );
}
