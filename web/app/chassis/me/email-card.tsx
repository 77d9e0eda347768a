import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Circle } from "lucide-react";
import { type FormEvent, useState } from "react";
import { answer, http } from "~/api/client";
import { asProblem } from "~/api/problem";
import { meQuery } from "~/api/queries";
import type { Api } from "~/api/types";
import { MailHint } from "~/chassis/auth/mail-hint";
import { Section } from "~/chassis/settings/section";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";

const emailQuery = {
  queryKey: ["me", "email"],
  queryFn: () => answer(http.GET("/api/v1/me/email")),
};

/** The account's address, and the one it is about to become. */
export function EmailCard() {
  const client = useQueryClient();
  const query = useQuery(emailQuery);
  const [asking, setAsking] = useState(false);
  const email = query.data;
  const refresh = async (now?: Api<"EmailOut">) => {
    if (now) client.setQueryData(emailQuery.queryKey, now);
    else await client.invalidateQueries({ queryKey: emailQuery.queryKey });
    await client.invalidateQueries({ queryKey: meQuery.queryKey, exact: true });
  };
  const cancel = useMutation({
    mutationFn: () => answer(http.DELETE("/api/v1/me/email/change")),
    onSuccess: async () => {
      await refresh();
      toast.success("Your address stays as it is.");
    },
    onError: toastProblem,
  });
  return (
    <Section
      title="E-mail address"
      text="You sign in with it, and what matters about your account is written there."
      actions={email && !email.change && <Button onClick={() => setAsking(true)}>Change the address…</Button>}
    >
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      {query.isPending && <Skeleton className="h-4 w-56" />}
      {email && (
        <div className="grid gap-4">
          <p className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 font-medium break-all">{email.email}</span>
            {email.verified ? <Badge tone="ok">Verified</Badge> : <Badge tone="warn">Not verified</Badge>}
          </p>
          {email.change && (
            <div className="grid gap-3 rounded-lg border p-3.5">
              <p>
                It becomes <strong className="font-medium break-all">{email.change.email}</strong> once these links were
                followed:
              </p>
              <ul className="grid gap-1.5">
                <Step done={email.change.confirmed_new}>in the mail to {email.change.email}</Step>
                {email.verified && <Step done={email.change.confirmed_old}>in the mail to {email.email}</Step>}
              </ul>
              <MailHint />
              <div className="flex flex-wrap gap-2">
                <Button onClick={() => query.refetch()} busy={query.isFetching}>
                  Look again
                </Button>
                <Button onClick={() => cancel.mutate()} busy={cancel.isPending}>
                  Keep my address
                </Button>
              </div>
            </div>
          )}
        </div>
      )}
      {asking && <ChangeDialog onClose={() => setAsking(false)} onBegun={refresh} />}
    </Section>
  );
}

function Step({ done, children }: { done: boolean; children: React.ReactNode }) {
  return (
    <li className="flex items-start gap-2 text-fg-2">
      {done ? (
        <Check className="mt-0.5 size-3.5 shrink-0 text-ok" aria-label="Done:" />
      ) : (
        <Circle className="mt-0.5 size-3.5 shrink-0 text-fg-3" aria-label="Waiting:" />
      )}
      <span className="min-w-0 break-words">{children}</span>
    </li>
  );
}

function ChangeDialog({ onClose, onBegun }: { onClose: () => void; onBegun: (now: Api<"EmailOut">) => Promise<void> }) {
  const [email, setEmail] = useState("");
  const begin = useMutation({
    mutationFn: () => answer(http.POST("/api/v1/me/email", { body: { email } })),
    onSuccess: async (now) => {
      await onBegun(now);
      onClose();
    },
  });
  const problem = begin.error ? asProblem(begin.error) : null;
  const field = problem?.fields[0]?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Change your address"
      text="Both mailboxes get a link, and the change is made once both were followed."
    >
      <form onSubmit={submit} className="grid gap-4" noValidate>
        {problem && !field && <ProblemNote error={problem} />}
        <Field label="New e-mail address" error={field}>
          <Input
            type="email"
            autoComplete="email"
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size="md" variant="primary" busy={begin.isPending} disabled={!email.trim()}>
            Send the links
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
