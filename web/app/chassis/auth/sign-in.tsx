import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, useNavigate, useSearchParams } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { AuthPage } from "./auth-page";
import { Elsewhere, FailedElsewhere } from "./elsewhere";
import { PasskeyButton } from "./passkey-button";
import { useSignedIn } from "./session";

const schema = z.object({
  email: z.email("Enter the e-mail of your account."),
  password: z.string().check(z.minLength(1, "Enter your password.")),
});

export function meta() {
  return [
    { title: "Sign in · Tenantry" },
    { name: "description", content: "Sign in to Tenantry and go on where you left off." },
  ];
}

export default function SignIn() {
  const signedIn = useSignedIn();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const search = params.get("next") ? `?next=${encodeURIComponent(params.get("next") ?? "")}` : "";
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { email: "", password: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    setProblem(null);
    try {
      const person = await answer(http.POST("/api/v1/auth/login", { body: values }));
      if ("second_factor" in person) await navigate(`/sign-in/second-factor${search}`);
      else await signedIn(person);
    } catch (error) {
      setProblem(placeErrors(error, ["email", "password"], form.setError));
    }
  });
  return (
    <AuthPage
      title="Sign in"
      text="Good to see you again."
      below={
        <>
          New here?{" "}
          <Link to={`/sign-up${search}`} className="font-medium text-fg underline underline-offset-2">
            Create an account
          </Link>
        </>
      }
    >
      <form onSubmit={submit} className="grid gap-4" noValidate method="post">
        {problem ? <ProblemNote error={problem} /> : <FailedElsewhere />}
        <Field label="E-mail" error={errors.email?.message}>
          <Input type="email" autoComplete="username webauthn" autoFocus {...form.register("email")} />
        </Field>
        <Field label="Password" error={errors.password?.message}>
          <Input type="password" autoComplete="current-password" {...form.register("password")} />
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="justify-center">
          Sign in
        </Button>
        <Link
          to={`/forgot?email=${encodeURIComponent(form.watch("email"))}`}
          className="justify-self-center text-fg-2 underline underline-offset-2 hover:text-fg"
        >
          Forgot your password?
        </Link>
        <PasskeyButton onProblem={setProblem} />
        <Elsewhere email={form.watch("email")} onProblem={setProblem} />
      </form>
    </AuthPage>
  );
}
