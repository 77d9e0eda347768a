import { useQueryClient } from "@tanstack/react-query";
import { MailCheck } from "lucide-react";
import { meQuery } from "~/api/queries";
import type { Me, Organization } from "~/api/types";
import { InviteByMail } from "~/chassis/organizations/members/invite-by-mail";
import { Button } from "~/ui/button";

interface Props {
  me: Me;
  organization: Organization;
  local: boolean;
  next: () => void;
}

/** Who else is to come; nobody has to. */
export function PeopleStep({ me, organization, local, next }: Props) {
  const later = (
    <Button size="md" onClick={next}>
      Not now
    </Button>
  );
  return (
    <div className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Who comes along?</h1>
        <p className="mt-1 text-fg-2">
          Invite people to {organization.name}. You can do it at any time, under Members.
        </p>
      </div>
      {me.email_verified ? (
        <InviteByMail organization={organization} close={next} done={() => undefined} instead={later} />
      ) : (
        <Unconfirmed me={me} local={local} next={next} />
      )}
    </div>
  );
}

function Unconfirmed({ me, local, next }: { me: Me; local: boolean; next: () => void }) {
  const client = useQueryClient();
  return (
    <>
      <div className="flex gap-3 rounded-lg border bg-sunken p-3.5">
        <MailCheck className="mt-0.5 size-4 shrink-0 text-fg-3" aria-hidden="true" />
        <p className="text-fg-2">
          First follow the link in the mail we sent to <strong className="font-medium text-fg">{me.email}</strong>, so
          that nobody can invite in your name.
          {local && (
            <>
              {" "}
              On this machine it lies in{" "}
              <a href="/dev/mail" target="_blank" rel="noreferrer" className="text-fg underline underline-offset-2">
                the mailbox
              </a>
              .
            </>
          )}
        </p>
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button size="md" onClick={() => client.invalidateQueries({ queryKey: meQuery.queryKey })}>
          I have followed it
        </Button>
        <Button variant="primary" size="md" onClick={next}>
          Continue without
        </Button>
      </div>
    </>
  );
}
