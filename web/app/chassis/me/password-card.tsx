import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { Section } from "~/chassis/settings/section";
import { placeErrors } from "~/lib/form";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { factorsQuery } from "./factors/api";
import { sessionsQuery } from "./sessions/api";

const schema = z.object({
  current_password: z.string().check(z.minLength(1, "Enter your present password.")),
  password: z.string().check(z.minLength(8, "Use at least 8 characters.")),
});

/** Changing the password; everywhere else that signs out. */
export function PasswordCard() {
  const factors = useQuery(factorsQuery).data;
  const { me } = useShell();
  if (factors && !factors.password) {
    return (
      <Section
        title="Password"
        text="Your account has none."
        actions={
          <Button asChild>
            <Link to={`/forgot?email=${encodeURIComponent(me.email)}`}>Set one by mail</Link>
          </Button>
        }
      />
    );
  }
  return <PasswordForm />;
}

function PasswordForm() {
  const client = useQueryClient();
  const { me } = useShell();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { current_password: "", password: "" },
  });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    setProblem(null);
    try {
      await answer(http.PUT("/api/v1/me/password", { body: values }));
      form.reset();
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      toast.success("Your password is changed, and everywhere else you are signed out.");
    } catch (error) {
      setProblem(placeErrors(error, ["current_password", "password"], form.setError));
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Section
        title="Password"
        text="Changing it signs you out everywhere else."
        footer={
          <>
            <Link
              to={`/forgot?email=${encodeURIComponent(me.email)}`}
              className="mr-auto text-xs text-fg-2 underline underline-offset-2 hover:text-fg"
            >
              Forgot your password?
            </Link>
            <Button type="submit" size="md" busy={isSubmitting} disabled={!isDirty}>
              Change the password
            </Button>
          </>
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {problem && <ProblemNote error={problem} className="sm:col-span-2" />}
          {/* So that password managers know whose it is. */}
          <input type="text" value={me.email} readOnly autoComplete="username" hidden aria-hidden="true" />
          <Field label="Present password" error={errors.current_password?.message}>
            <Input type="password" autoComplete="current-password" {...form.register("current_password")} />
          </Field>
          <Field
            label="New password"
            hint="At least 8 characters. A sentence is easiest to remember."
            error={errors.password?.message}
          >
            <Input type="password" autoComplete="new-password" {...form.register("password")} />
          </Field>
        </div>
      </Section>
    </form>
  );
}
