import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useCan } from "~/api/queries";
import { useFilters, useTypedFilter } from "~/lib/filters";
import { useMedia } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { FilterTabs } from "~/ui/filter-tabs";
import { SearchBox } from "~/ui/search-box";
import { summaryQuery, useMembersTopic } from "../api";
import { InvitationTable } from "./invitation-table";
import { MemberTable } from "./member-table";

const InviteDialog = lazy(() => import("./invite-dialog"));

export function meta() {
  return [{ title: "Members · Tenantry" }];
}

/** Who belongs to the organization, and who is asked to. */
export default function MembersPage() {
  const org = useOrg();
  useMembersTopic(org);
  const counts = useQuery(summaryQuery(org)).data;
  const invites = useCan(org, "organization.invitations.write");
  const sees = useCan(org, "organization.invitations.read");
  const [{ show, q }, set] = useFilters("show", "q");
  const [typed, setTyped] = useTypedFilter(q, (value) => set({ q: value }));
  const narrow = useMedia("(max-width: 639px)");
  const [inviting, setInviting] = useState(false);
  const invited = show === "invited" && sees;
  const tabs = [
    { value: "", label: "Active", count: counts?.members },
    ...(sees ? [{ value: "invited", label: "Invited", count: counts?.invitations }] : []),
  ];
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-center gap-2 border-b p-2">
        <FilterTabs name="show" label="Members by state" tabs={tabs} />
        <div className="ml-auto flex min-w-0 flex-1 items-center justify-end gap-2">
          {!invited && (
            <SearchBox label="Find a member" value={typed} onChange={setTyped} className="min-w-0 max-w-56 flex-1" />
          )}
          {invites && (
            <Button variant="primary" size="md" onClick={() => setInviting(true)}>
              <UserPlus aria-hidden="true" /> {narrow ? "Invite" : "Invite people"}
            </Button>
          )}
        </div>
      </div>
      {invited ? (
        <InvitationTable onInvite={() => setInviting(true)} />
      ) : (
        <MemberTable q={q} clear={() => setTyped("")} />
      )}
      {inviting && (
        <Suspense>
          <InviteDialog open onOpenChange={setInviting} />
        </Suspense>
      )}
    </Card>
  );
}
