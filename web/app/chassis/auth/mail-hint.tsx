import { useQuery } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { metaQuery } from "~/api/queries";

/** On one person's machine no mail leaves it; this says where it lies instead. */
export function MailHint() {
  if (useQuery(metaQuery).data?.mode !== "local") return null;
  return (
    <p className="flex items-start gap-2 rounded-md border bg-sunken px-3 py-2 text-xs text-fg-2">
      <Inbox className="mt-0.5 size-3.5 shrink-0 text-fg-3" aria-hidden="true" />
      <span>
        This Tenantry runs on your own machine, so its mail stays here:{" "}
        <a
          href="/dev/mail"
          target="_blank"
          rel="noreferrer"
          className="font-medium text-fg underline underline-offset-2"
        >
          open the mailbox
        </a>
        .
      </span>
    </p>
  );
}
