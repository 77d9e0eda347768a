import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { answer, http } from "~/api/client";
import { asProblem } from "~/api/problem";
import type { Api } from "~/api/types";
import { Button } from "~/ui/button";
import { ProblemNote } from "~/ui/problem";
import { AuthPage } from "./auth-page";
import { useLinkToken } from "./link-token";

export function meta() {
  return [{ title: "Confirm your address · Tenantry" }];
}

/** Where links that confirm an address lead. A click confirms, since some mailboxes open links by themselves. */
export default function Verify() {
  const token = useLinkToken();
  const client = useQueryClient();
  const confirm = useMutation({
    mutationFn: () =>
      answer(http.POST("/api/v1/auth/verify", { body: { token: token || "missing-from-the-address" } })),
    onSuccess: () => client.invalidateQueries(),
  });
  if (confirm.data) return <Confirmed done={confirm.data} />;
  const problem = confirm.error ? asProblem(confirm.error) : null;
  if (problem?.code === "link.gone") {
    return (
      <AuthPage title="This link is no longer good" text={problem.message}>
        <p className="mb-4 text-fg-2">Sign in, and have a new one sent from there.</p>
        <Button variant="primary" size="lg" className="w-full justify-center" asChild>
          <Link to="/start">Go on to Tenantry</Link>
        </Button>
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Confirm your address" text="One click, and it is known that you read this mailbox.">
      <div className="grid gap-4">
        {problem && <ProblemNote error={problem} />}
        <Button
          variant="primary"
          size="lg"
          className="justify-center"
          busy={confirm.isPending}
          onClick={() => confirm.mutate()}
        >
          Confirm
        </Button>
      </div>
    </AuthPage>
  );
}

function Confirmed({ done }: { done: Api<"Verified"> }) {
  const email = <strong className="font-medium break-all text-fg">{done.email}</strong>;
  const [title, text] =
    done.change === "half"
      ? ["Half the way", <>Follow the link in the other mailbox too, then your address is {email}.</>]
      : done.change === "done"
        ? ["Your address is changed", <>From now on you sign in with {email}.</>]
        : ["Your address is verified", <>Mail to {email} reaches you.</>];
  return (
    <AuthPage title={title as string} text={text}>
      <Button variant="primary" size="lg" className="w-full justify-center" asChild>
        <Link to="/start">Go on to Tenantry</Link>
      </Button>
    </AuthPage>
  );
}
