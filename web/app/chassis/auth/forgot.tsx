import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, useSearchParams } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { AuthPage } from "./auth-page";
import { MailHint } from "./mail-hint";

const schema = z.object({ email: z.email("Enter the e-mail of your account.") });

export function meta() {
  return [
    { title: "Forgotten password · Tenantry" },
    { name: "description", content: "Have a link sent by which you can set a new password." },
  ];
}

export default function Forgot() {
  const [params] = useSearchParams();
  const [sent, setSent] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { email: params.get("email") ?? "" },
  });
  const submit = form.handleSubmit(async ({ email }) => {
    setProblem(null);
    try {
      await answer(http.POST("/api/v1/auth/forgot", { body: { email } }));
      setSent(email);
    } catch (error) {
      setProblem(placeErrors(error, ["email"], form.setError));
    }
  });
  const back = (
    <Link to="/sign-in" className="font-medium text-fg underline underline-offset-2">
      Back to sign-in
    </Link>
  );
  if (sent) {
    return (
      <AuthPage
        title="Look at your mail"
        text={
          <>
            If <strong className="font-medium break-all text-fg">{sent}</strong> has an account, a link is on its way.
            It works once, within an hour.
          </>
        }
        below={back}
      >
        <div className="grid gap-4">
          <MailHint />
          <Button size="lg" className="justify-center" onClick={() => setSent("")}>
            Use another address
          </Button>
        </div>
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Forgotten password" text="We send you a link by which you can set a new one." below={back}>
      <form onSubmit={submit} className="grid gap-4" noValidate method="post">
        {problem && <ProblemNote error={problem} />}
        <Field label="E-mail" error={form.formState.errors.email?.message}>
          <Input type="email" autoComplete="username" autoFocus {...form.register("email")} />
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={form.formState.isSubmitting} className="justify-center">
          Send the link
        </Button>
      </form>
    </AuthPage>
  );
}
