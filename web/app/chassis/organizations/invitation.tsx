import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { answer, http } from "~/api/client";
import { asProblem } from "~/api/problem";
import { invitationQuery, meQuery } from "~/api/queries";
import type { Api, Me } from "~/api/types";
import { AuthPage } from "~/chassis/auth/auth-page";
import { day } from "~/lib/format";
import { Avatar } from "~/ui/avatar";
import { Button } from "~/ui/button";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";

type Seen = Api<"InvitationSeen">;

export function meta() {
  return [{ title: "Invitation · Tenantry" }];
}

/** Where the link of an invitation leads: what it is to, and the way in for whoever comes. */
export default function InvitationPage() {
  const { token: inPath } = useParams();
  const { hash } = useLocation();
  const token = inPath ?? hash.slice(1);
  const seen = useQuery(invitationQuery(token));
  const me = useQuery(meQuery);
  if (seen.error) {
    return (
      <AuthPage title="This invitation is over" text={asProblem(seen.error).message}>
        <p className="mb-4 text-fg-2">{asProblem(seen.error).hint}</p>
        <Button variant="primary" size="lg" className="w-full justify-center" asChild>
          <Link to="/start">Go to my overview</Link>
        </Button>
      </AuthPage>
    );
  }
  const unknown = me.error && asProblem(me.error).status !== 401 ? me.error : null;
  if (!seen.data || me.isPending) {
    return (
      <AuthPage title="Your invitation" text="One moment…">
        <Skeleton className="h-24 w-full" />
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title={`Join ${seen.data.organization}`}
      text={`${seen.data.invited_by ?? "Somebody"} invites you to work there, as ${/^[aeiou]/.test(seen.data.role) ? "an" : "a"} ${seen.data.role}.`}
    >
      {unknown && <ProblemNote className="mb-4" error={unknown} />}
      <div className="mb-5 flex items-center gap-3 rounded-lg border bg-sunken p-3">
        <Avatar name={seen.data.organization} square className="size-9 text-sm" />
        <div className="min-w-0">
          <p className="truncate font-semibold">{seen.data.organization}</p>
          <p className="truncate text-xs text-fg-2">
            {seen.data.email
              ? `For ${seen.data.email}`
              : seen.data.domain
                ? `For addresses at ${seen.data.domain}`
                : "By link"}
            {`, until ${day(seen.data.expires_at)}`}
          </p>
        </div>
      </div>
      {me.data ? (
        <SignedIn token={token} seen={seen.data} me={me.data} />
      ) : (
        <SignedOut token={token} seen={seen.data} />
      )}
    </AuthPage>
  );
}

/** Whether the address of who is signed in is not the one that is invited. */
function meantForOthers(seen: Seen, email: string): boolean {
  if (seen.email) return seen.email !== email.toLowerCase();
  return Boolean(seen.domain) && !email.toLowerCase().endsWith(`@${seen.domain}`);
}

function SignedIn({ token, seen, me }: { token: string; seen: Seen; me: Me }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const join = useMutation({
    mutationFn: () => answer(http.POST("/api/v1/me/invitations", { body: { token } })),
    onSuccess: async (card) => {
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      await navigate(`/${card.slug}`, { replace: true });
      toast.success(`Welcome to ${card.name}.`);
    },
  });
  if (me.organizations.some((one) => one.slug === seen.slug)) {
    return (
      <Way to={`/${seen.slug}`} text={`You are a member of ${seen.organization} already.`}>
        Open {seen.organization}
      </Way>
    );
  }
  if (meantForOthers(seen, me.email)) return <OtherAddress seen={seen} me={me} token={token} />;
  return (
    <div className="grid gap-3">
      {join.error && <ProblemNote error={join.error} />}
      <Button
        variant="primary"
        size="lg"
        className="justify-center"
        busy={join.isPending}
        onClick={() => join.mutate()}
      >
        Join {seen.organization}
      </Button>
      <p className="text-center text-xs text-fg-2">You are signed in as {me.email}.</p>
    </div>
  );
}

function OtherAddress({ token, seen, me }: { token: string; seen: Seen; me: Me }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const signOut = async () => {
    setBusy(true);
    try {
      await http.POST("/api/v1/auth/logout");
      client.removeQueries({ queryKey: meQuery.queryKey });
      await client.refetchQueries({ queryKey: invitationQuery(token).queryKey });
    } catch (error) {
      toastProblem(error);
    }
    setBusy(false);
  };
  return (
    <div className="grid gap-3">
      <p role="alert" className="rounded-lg border border-line-strong bg-warn-tint p-3.5">
        This invitation is for <strong>{seen.email ?? `addresses at ${seen.domain}`}</strong>, and you are signed in as{" "}
        <strong>{me.email}</strong>.
      </p>
      <Button variant="primary" size="lg" className="justify-center" busy={busy} onClick={signOut}>
        Sign out and use {seen.email ? "that address" : "another address"}
      </Button>
      <Button size="lg" className="justify-center" asChild>
        <Link to="/start">Stay as I am</Link>
      </Button>
    </div>
  );
}

function SignedOut({ token, seen }: { token: string; seen: Seen }) {
  const back = encodeURIComponent(`/invitation#${token}`);
  // Who joins by making an account lands inside; an address that must be confirmed first comes back here.
  const after = seen.domain ? back : encodeURIComponent(`/${seen.slug}`);
  return (
    <div className="grid gap-2.5">
      <Button variant="primary" size="lg" className="justify-center" asChild>
        <Link to={`/sign-up?invitation=${encodeURIComponent(token)}&next=${after}`}>Create an account</Link>
      </Button>
      <Button size="lg" className="justify-center" asChild>
        <Link to={`/sign-in?next=${back}`}>I have an account</Link>
      </Button>
    </div>
  );
}

function Way({ to, text, children }: { to: string; text: string; children: ReactNode }) {
  return (
    <div className="grid gap-3">
      <p className="text-fg-2">{text}</p>
      <Button variant="primary" size="lg" className="justify-center" asChild>
        <Link to={to}>{children}</Link>
      </Button>
    </div>
  );
}
