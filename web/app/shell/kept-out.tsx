import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "react-router";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import type { Me } from "~/api/types";
import { go } from "~/chassis/auth/away";
import { factorsQuery } from "~/chassis/me/factors/api";
import { Factors } from "~/chassis/me/factors/factors";
import { Button } from "~/ui/button";
import { Logo } from "~/ui/logo";
import { toastProblem } from "~/ui/toast";

export const KEPT_OUT = ["second_factor.required", "single_sign_on.required"];

interface Props {
  problem: Problem;
  me: Me;
  /** Whose door it is. */
  org: string;
}

/** The organization wants something of its members' sign-in that is missing: here it is mended at once. */
export function KeptOut({ problem, me, org }: Props) {
  const others = me.organizations.filter((one) => one.slug !== org);
  return (
    <main className="flex min-h-dvh flex-col items-center bg-canvas px-4 py-10">
      <Logo className="mb-6 size-10" />
      <div className="w-full max-w-2xl">
        <h1 className="text-center text-xl font-semibold tracking-tight">{problem.message}</h1>
        {problem.code === "second_factor.required" ? <Enrol org={org} /> : <SingleSignOn me={me} />}
        {others.length > 0 && (
          <p className="mt-6 text-center text-fg-2">
            Or go to{" "}
            {others.slice(0, 3).map((one, index) => (
              <span key={one.slug}>
                {index > 0 && ", "}
                <Link to={`/${one.slug}`} className="font-medium text-fg underline underline-offset-2">
                  {one.name}
                </Link>
              </span>
            ))}
            .
          </p>
        )}
      </div>
    </main>
  );
}

function Enrol({ org }: { org: string }) {
  const client = useQueryClient();
  const has = useQuery(factorsQuery).data;
  const ready = Boolean(has?.authenticator_app || has?.passkeys);
  return (
    <>
      <p className="mx-auto mt-1.5 mb-6 max-w-md text-center text-fg-2">
        Set up a passkey or an authenticator app. It takes a minute, and then you are let in.
      </p>
      <div className="grid gap-4 text-left">
        <Factors />
        <Button
          variant="primary"
          size="lg"
          className="justify-self-center"
          disabled={!ready}
          onClick={() => client.invalidateQueries({ queryKey: ["org", org] })}
        >
          Continue
        </Button>
      </div>
    </>
  );
}

function SingleSignOn({ me }: { me: Me }) {
  const location = useLocation();
  const [busy, setBusy] = useState(false);
  const leave = async () => {
    setBusy(true);
    try {
      const body = { email: me.email, next: location.pathname + location.search };
      go((await answer(http.POST("/api/v1/auth/single-sign-on", { body }))).url);
    } catch (error) {
      toastProblem(error);
      setBusy(false);
    }
  };
  return (
    <div className="mt-5 flex flex-col items-center gap-3 text-center">
      <p className="max-w-md text-fg-2">Come in by single sign-on, and you are where you wanted to go.</p>
      <Button variant="primary" size="lg" busy={busy} onClick={leave}>
        Continue with single sign-on
      </Button>
    </div>
  );
}
