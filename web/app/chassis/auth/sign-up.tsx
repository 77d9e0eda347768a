import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, useSearchParams } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { invitationQuery, metaQuery } from "~/api/queries";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { AuthPage } from "./auth-page";
import { useSignedIn } from "./session";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Tell us what to call you.")),
  email: z.email("Enter an e-mail such as ada@example.com."),
  password: z.string().check(z.minLength(8, "Use at least 8 characters.")),
  invitation: z.string(),
});

export function meta() {
  return [
    { title: "Create an account · Tenantry" },
    { name: "description", content: "Create a Tenantry account: your own organization is ready in a few seconds." },
  ];
}

export default function SignUp() {
  const mode = useQuery(metaQuery).data?.sign_up ?? "open";
  const [params] = useSearchParams();
  const invitation = params.get("invitation") ?? "";
  const seen = useQuery({ ...invitationQuery(invitation), enabled: invitation !== "" }).data;
  const back = seen ? `?next=${encodeURIComponent(`/invitation#${invitation}`)}` : "";
  const signIn = (
    <Link to={`/sign-in${back}`} className="font-medium text-fg underline underline-offset-2">
      Sign in
    </Link>
  );
  if (mode === "closed") {
    return (
      <AuthPage title="Sign-up is closed" text="New accounts are made by whoever runs this Tenantry. Ask them for one.">
        <Button variant="primary" size="lg" className="w-full justify-center" asChild>
          <Link to="/sign-in">Sign in instead</Link>
        </Button>
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title={seen ? `Join ${seen.organization}` : "Create an account"}
      text={
        seen
          ? "You need an account to join. It takes a moment."
          : mode === "invited"
            ? "This Tenantry is by invitation. Enter the code from your invitation."
            : "Your own organization is ready right after."
      }
      below={<>Already have an account? {signIn}</>}
    >
      <SignUpForm
        key={seen?.email}
        invited={mode === "invited" && !seen}
        invitation={invitation}
        email={seen?.email ?? ""}
      />
    </AuthPage>
  );
}

function SignUpForm({ invited, invitation, email }: { invited: boolean; invitation: string; email: string }) {
  const signedIn = useSignedIn();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { name: "", email, password: "", invitation },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ invitation: code, ...values }) => {
    setProblem(null);
    try {
      await signedIn(
        await answer(
          http.POST("/api/v1/auth/register", {
            body: { ...values, invitation: code || null, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
          }),
        ),
      );
    } catch (error) {
      setProblem(placeErrors(error, ["name", "email", "password", "invitation"], form.setError));
    }
  });
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate method="post">
      {problem && <ProblemNote error={problem} />}
      {invited && (
        <Field label="Invitation" error={errors.invitation?.message}>
          <Input autoComplete="off" {...form.register("invitation")} />
        </Field>
      )}
      <Field label="Name" error={errors.name?.message}>
        <Input autoComplete="name" {...form.register("name")} />
      </Field>
      <Field label="E-mail" error={errors.email?.message}>
        <Input type="email" autoComplete="username" {...form.register("email")} />
      </Field>
      <Field
        label="Password"
        hint="At least 8 characters. A sentence is easiest to remember."
        error={errors.password?.message}
      >
        <Input type="password" autoComplete="new-password" {...form.register("password")} />
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="justify-center">
        Create account
      </Button>
    </form>
  );
}
