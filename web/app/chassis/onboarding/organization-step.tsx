import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { meQuery, organizationQuery } from "~/api/queries";
import type { Me, Organization } from "~/api/types";
import { slugOf, slugRule } from "~/chassis/organizations/slug";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(80, "Use 80 characters at most.")),
  slug: z.string().check(z.trim(), slugRule),
});

interface Props {
  me: Me;
  organization: Organization;
  next: () => void;
}

/** What one's organization is called and where it is; what was made of one's own name is there already. */
export function OrganizationStep({ me, organization, next }: Props) {
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { name: organization.name, slug: organization.slug },
  });
  const { errors, isSubmitting, isDirty, dirtyFields } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    setProblem(null);
    try {
      if (isDirty) {
        const path = { org: organization.slug };
        const changed = await answer(http.PATCH("/api/v1/orgs/{org}", { params: { path }, body }));
        client.setQueryData(organizationQuery(changed.slug).queryKey, changed);
        await client.invalidateQueries({ queryKey: meQuery.queryKey });
      }
      next();
    } catch (error) {
      setProblem(placeErrors(error, ["name", "slug"], form.setError));
    }
  });
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Welcome, {me.name.split(" ")[0]}</h1>
        <p className="mt-1 text-fg-2">
          Everything you make lives in an organization. This is yours; nobody else sees into it.
        </p>
      </div>
      {problem && <ProblemNote error={problem} />}
      <Field label="Name of your organization" error={errors.name?.message}>
        <Input
          autoFocus
          {...form.register("name", {
            // The address follows the name until it is written by hand.
            onChange: (event: { target: { value: string } }) => {
              if (!dirtyFields.slug)
                form.resetField("slug", { defaultValue: slugOf(event.target.value) || organization.slug });
            },
          })}
        />
      </Field>
      <Field label="Address" error={errors.slug?.message} hint={`${window.location.host}/${form.watch("slug")}`}>
        <Input className="font-mono text-xs" autoComplete="off" spellCheck={false} {...form.register("slug")} />
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="justify-center">
        Continue
      </Button>
    </form>
  );
}
