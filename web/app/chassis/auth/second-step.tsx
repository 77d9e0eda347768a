import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, useSearchParams } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import { asProblem, type Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { AuthPage } from "./auth-page";
import { passkeysPossible, signWithPasskey } from "./passkey";
import { useSignedIn } from "./session";

type Way = "passkey" | "authenticator_app" | "recovery_code";

const schema = z.object({ code: z.string().check(z.trim(), z.minLength(6, "Enter the whole code.")) });

const texts: Record<Way, { text: string; label: string; other: string }> = {
  passkey: {
    text: "Show that it is you with one of your passkeys or security keys.",
    label: "",
    other: "Use a passkey",
  },
  authenticator_app: {
    text: "Enter the code that your authenticator app shows for Tenantry.",
    label: "Code",
    other: "Use the authenticator app",
  },
  recovery_code: {
    text: "Enter one of the recovery codes you kept. Each works once.",
    label: "Recovery code",
    other: "Use a recovery code",
  },
};

export function meta() {
  return [{ title: "Second step · Tenantry" }];
}

/** The password was right; here the second factor is given. */
export default function SecondStep() {
  const [params] = useSearchParams();
  const [chosen, setChosen] = useState<Way | null>(null);
  const step = useQuery({
    queryKey: ["second-step"],
    queryFn: () => answer(http.GET("/api/v1/auth/second-factor")),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const back = `/sign-in${params.get("next") ? `?next=${encodeURIComponent(params.get("next") ?? "")}` : ""}`;
  const again = (
    <Link to={back} className="font-medium text-fg underline underline-offset-2">
      Sign in as somebody else
    </Link>
  );
  if (step.error) {
    return (
      <AuthPage title="Begin again" text="The second step of a sign-in is open for ten minutes.">
        <div className="grid gap-4">
          {asProblem(step.error).code !== "sign_in.expired" && <ProblemNote error={step.error} />}
          <Button variant="primary" size="lg" className="justify-center" asChild>
            <Link to={back}>Back to sign-in</Link>
          </Button>
        </div>
      </AuthPage>
    );
  }
  const ways = (step.data?.second_factor ?? []).filter((way) => way !== "passkey" || passkeysPossible());
  const way = chosen ?? ways[0] ?? "authenticator_app";
  return (
    <AuthPage title="One more step" text={texts[way].text} below={again}>
      {step.data ? (
        <div className="grid gap-4">
          {way === "passkey" ? <PasskeyStep /> : <CodeForm key={way} way={way} />}
          {ways
            .filter((other) => other !== way)
            .map((other) => (
              <Button key={other} variant="ghost" className="justify-self-center" onClick={() => setChosen(other)}>
                {texts[other].other}
              </Button>
            ))}
        </div>
      ) : (
        <div role="status" aria-label="Loading" className="grid gap-4">
          <Skeleton className="h-3 w-12" />
          <Skeleton className="h-9 w-full" />
          <Skeleton className="h-10 w-full" />
        </div>
      )}
    </AuthPage>
  );
}

function PasskeyStep() {
  const signedIn = useSignedIn();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const use = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const { options } = await answer(http.POST("/api/v1/auth/second-factor/passkey/options"));
      const credential = await signWithPasskey(options);
      if (!credential) return;
      await signedIn(await answer(http.POST("/api/v1/auth/second-factor/passkey", { body: { credential } })));
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {problem && <ProblemNote error={problem} />}
      <Button variant="primary" size="lg" busy={busy} onClick={use} autoFocus className="justify-center">
        <KeyRound aria-hidden="true" /> Use a passkey
      </Button>
    </>
  );
}

function CodeForm({ way }: { way: Way }) {
  const signedIn = useSignedIn();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { code: "" } });
  const submit = form.handleSubmit(async (values) => {
    setProblem(null);
    try {
      await signedIn(await answer(http.POST("/api/v1/auth/second-factor", { body: values })));
    } catch (error) {
      setProblem(placeErrors(error, ["code"], form.setError));
    }
  });
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate method="post">
      {problem && <ProblemNote error={problem} />}
      <Field label={texts[way].label} error={form.formState.errors.code?.message}>
        <Input
          {...form.register("code")}
          inputMode={way === "authenticator_app" ? "numeric" : "text"}
          autoComplete={way === "authenticator_app" ? "one-time-code" : "off"}
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          className="num h-11 text-center font-mono text-lg tracking-[0.2em]"
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={form.formState.isSubmitting} className="justify-center">
        Continue
      </Button>
    </form>
  );
}
