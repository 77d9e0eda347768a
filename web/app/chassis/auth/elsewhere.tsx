import { useQuery } from "@tanstack/react-query";
import { Building2, CircleAlert, LogIn } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { answer, http } from "~/api/client";
import { asProblem, type Problem } from "~/api/problem";
import { useSettled } from "~/lib/hooks";
import { Button } from "~/ui/button";
import { failureOf, go, leaveFor } from "./away";
import { safeNext } from "./session";

interface Props {
  /** What stands in the e-mail field: its domain may have single sign-on. */
  email: string;
  onProblem: (problem: Problem | null) => void;
}

/** The ways to sign in that lead through another service: those of this installation, and an organization's own. */
export function Elsewhere({ email, onProblem }: Props) {
  const [params] = useSearchParams();
  const [leaving, setLeaving] = useState<string | null>(null);
  const next = safeNext(params.get("next")) ?? "";
  const providers = useQuery({
    queryKey: ["providers"],
    queryFn: () => answer(http.GET("/api/v1/auth/providers")),
    staleTime: 5 * 60_000,
  }).data?.items;
  const typed = useSettled(email.trim().toLowerCase(), 500);
  const domain = /^[^@\s]+@([^@\s]+\.[^@\s.]{2,})$/.exec(typed)?.[1] ?? "";
  const organization = useQuery({
    queryKey: ["single-sign-on", domain],
    queryFn: () => answer(http.GET("/api/v1/auth/discover", { params: { query: { domain } } })),
    enabled: domain !== "",
    staleTime: 5 * 60_000,
    retry: false,
  }).data?.organization;
  const leave = async (name: string, by: () => Promise<void>) => {
    setLeaving(name);
    onProblem(null);
    try {
      await by();
    } catch (error) {
      onProblem(asProblem(error));
      setLeaving(null);
    }
  };
  const single = async () =>
    go((await answer(http.POST("/api/v1/auth/single-sign-on", { body: { email: typed, next } }))).url);
  return (
    <>
      {organization && (
        <Button
          size="lg"
          busy={leaving === "organization"}
          onClick={() => leave("organization", single)}
          className="w-full justify-center"
        >
          <Building2 aria-hidden="true" />
          <span className="truncate">Single sign-on of {organization}</span>
        </Button>
      )}
      {providers?.map(({ id, label }) => (
        <Button
          key={id}
          size="lg"
          busy={leaving === id}
          onClick={() => leave(id, () => leaveFor(id, next))}
          className="w-full justify-center"
        >
          <LogIn aria-hidden="true" /> Continue with {label}
        </Button>
      ))}
    </>
  );
}

/** What came of a sign-in elsewhere that did not work. */
export function FailedElsewhere() {
  const [params] = useSearchParams();
  const failure = failureOf(params);
  if (!failure) return null;
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-line-strong bg-bad-tint p-3.5">
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden="true" />
      <div className="min-w-0">
        <p className="font-medium">{failure.title}</p>
        <p className="mt-0.5 text-fg-2">{failure.hint}</p>
      </div>
    </div>
  );
}
