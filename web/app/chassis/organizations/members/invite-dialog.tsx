import { useQueryClient } from "@tanstack/react-query";
import { Link2, Mail } from "lucide-react";
import { useState } from "react";
import { cn } from "~/lib/classes";
import { useShell } from "~/shell/context";
import { Dialog } from "~/ui/dialog";
import { refreshMembers } from "../api";
import { InviteByLink } from "./invite-by-link";
import { InviteByMail } from "./invite-by-mail";

const ways = [
  { value: "mail", label: "By mail", icon: Mail },
  { value: "link", label: "By link", icon: Link2 },
] as const;

export default function InviteDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { organization } = useShell();
  const client = useQueryClient();
  const [way, setWay] = useState<(typeof ways)[number]["value"]>("mail");
  const done = () => void refreshMembers(client, organization.slug);
  const close = () => onOpenChange(false);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Invite people to ${organization.name}`}
      text="They join with their own account, or make one on the way."
    >
      <div role="tablist" aria-label="How to invite" className="mb-4 flex gap-0.5 rounded-lg border bg-sunken p-0.5">
        {ways.map(({ value, label, icon: Icon }) => (
          <button
            key={value}
            type="button"
            role="tab"
            aria-selected={way === value}
            onClick={() => setWay(value)}
            className={cn(
              "flex h-8 flex-1 items-center justify-center gap-2 rounded-md border border-transparent text-fg-2 hover:text-fg",
              way === value && "border-line bg-raised font-medium text-fg shadow-card",
            )}
          >
            <Icon className="size-3.5" aria-hidden="true" /> {label}
          </button>
        ))}
      </div>
      {way === "mail" ? (
        <InviteByMail organization={organization} close={close} done={done} />
      ) : (
        <InviteByLink close={close} done={done} />
      )}
    </Dialog>
  );
}
