import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { AuthPage } from "./auth-page";
import { useLinkToken } from "./link-token";

const schema = z.object({ password: z.string().check(z.minLength(8, "Use at least 8 characters.")) });

export function meta() {
  return [{ title: "Set a new password · Tenantry" }];
}

/** Where the link of a forgotten password leads. */
export default function Reset() {
  const token = useLinkToken();
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState(false);
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { password: "" } });
  const submit = form.handleSubmit(async ({ password }) => {
    setProblem(null);
    try {
      await answer(http.POST("/api/v1/auth/reset", { body: { token: token || "missing-from-the-address", password } }));
      client.clear();
      setDone(true);
    } catch (error) {
      setProblem(placeErrors(error, ["password"], form.setError));
    }
  });
  if (done) {
    return (
      <AuthPage title="Your password is set" text="Everywhere else you were signed out. Go on with the new one.">
        <Button variant="primary" size="lg" className="w-full justify-center" asChild>
          <Link to="/sign-in">Sign in</Link>
        </Button>
      </AuthPage>
    );
  }
  if (problem?.code === "link.gone") {
    return (
      <AuthPage title="This link is no longer good" text={problem.message}>
        <Button variant="primary" size="lg" className="w-full justify-center" asChild>
          <Link to="/forgot">Have a new one sent</Link>
        </Button>
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Set a new password" text="It signs you out everywhere, so that only you go on.">
      <form onSubmit={submit} className="grid gap-4" noValidate method="post">
        {problem && <ProblemNote error={problem} />}
        <Field
          label="New password"
          hint="At least 8 characters. A sentence is easiest to remember."
          error={form.formState.errors.password?.message}
        >
          <Input type="password" autoComplete="new-password" autoFocus {...form.register("password")} />
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={form.formState.isSubmitting} className="justify-center">
          Set the password
        </Button>
      </form>
    </AuthPage>
  );
}
