import { useState } from "react";
import { answer, http } from "~/api/client";
import type { Api } from "~/api/types";
import { Section } from "~/chassis/settings/section";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";
import { useSignIn, useSignInChanged } from "./api";
import { ConnectionCard } from "./connection-card";
import { DomainsCard } from "./domains-card";

export function meta() {
  return [{ title: "Sign-in · Tenantry" }];
}

/** What the organization requires of its members when they sign in. */
export default function SignInPage() {
  const { organization } = useShell();
  const query = useSignIn(organization.slug);
  if (query.error) return <ProblemNote error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) {
    return (
      <div role="status" aria-label="Loading" className="grid gap-5">
        <Skeleton className="h-32 w-full rounded-lg" />
        <Skeleton className="h-64 w-full rounded-lg" />
      </div>
    );
  }
  return (
    <>
      <Rules policy={query.data} />
      <ConnectionCard policy={query.data} />
      <DomainsCard />
    </>
  );
}

function Rules({ policy }: { policy: Api<"SignInOut"> }) {
  const { organization } = useShell();
  const changed = useSignInChanged(organization.slug);
  const [busy, setBusy] = useState(false);
  const may = organization.permissions.includes("organization.sign_in.write");
  const set = async (body: Api<"SignInChange">) => {
    setBusy(true);
    try {
      await answer(http.PATCH("/api/v1/orgs/{org}/sign-in", { params: { path: { org: organization.slug } }, body }));
      await changed();
      toast.success("Saved.");
    } catch (error) {
      toastProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title="Required of everybody" text="It holds from the next request on, for those who are signed in, too.">
      <div className="-m-4 divide-y">
        <Rule
          title="Second factor"
          text="Members without a passkey or an authenticator app are kept out until they have set one up."
          on={policy.second_factor_required}
          disabled={!may || busy}
          onChange={(on) => set({ second_factor_required: on })}
        />
        <Rule
          title="Single sign-on"
          text="Members with an address of your verified domains must come by your issuer. Owners never need to, so that nobody is locked out."
          on={policy.single_sign_on_required}
          disabled={!may || busy || (!policy.connection && !policy.single_sign_on_required)}
          onChange={(on) => set({ single_sign_on_required: on })}
        />
      </div>
    </Section>
  );
}

interface RuleProps {
  title: string;
  text: string;
  on: boolean;
  disabled: boolean;
  onChange: (on: boolean) => void;
}

function Rule({ title, text, on, disabled, onChange }: RuleProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{title}</p>
        <p className="text-xs text-fg-3">{text}</p>
      </div>
      <Button disabled={disabled} aria-pressed={on} onClick={() => onChange(!on)}>
        {on ? `Stop requiring ${title.toLowerCase()}` : `Require ${title.toLowerCase()}`}
      </Button>
    </div>
  );
}
