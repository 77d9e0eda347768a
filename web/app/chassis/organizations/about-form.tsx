import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useNavigate } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { organizationQuery, useCan } from "~/api/queries";
import { Section } from "~/chassis/settings/section";
import { placeErrors } from "~/lib/form";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { refreshOrganizations } from "./api";
import { slugRule } from "./slug";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(80, "Use 80 characters at most.")),
  slug: z.string().check(z.trim(), slugRule),
});

/** Name and address. A new address takes everybody along: the old one leads to it. */
export function AboutForm() {
  const { organization } = useShell();
  const client = useQueryClient();
  const navigate = useNavigate();
  const may = useCan(organization.slug, "organization.write");
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    values: { name: organization.name, slug: organization.slug },
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, isSubmitting, isDirty } = form.formState;
  const wanted = form.watch("slug");
  const submit = form.handleSubmit(async ({ name, slug }) => {
    setProblem(null);
    try {
      const changed = await answer(
        http.PATCH("/api/v1/orgs/{org}", { params: { path: { org: organization.slug } }, body: { name, slug } }),
      );
      client.setQueryData(organizationQuery(changed.slug).queryKey, changed);
      if (changed.slug !== organization.slug) await navigate(`/${changed.slug}/settings/general`, { replace: true });
      await refreshOrganizations(client, changed.slug);
      form.reset({ name: changed.name, slug: changed.slug });
      toast.success("Saved.");
    } catch (error) {
      setProblem(placeErrors(error, ["name", "slug"], form.setError));
    }
  });
  const former = organization.former_slugs;
  return (
    <form onSubmit={submit} noValidate>
      <Section
        title="General"
        text="What everybody here sees, and where they find it."
        footer={
          may && (
            <Button type="submit" variant="primary" size="md" busy={isSubmitting} disabled={!isDirty}>
              Save
            </Button>
          )
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {problem && <ProblemNote error={problem} className="sm:col-span-2" />}
          <Field label="Name" error={errors.name?.message}>
            <Input disabled={!may} {...form.register("name")} />
          </Field>
          <Field
            label="Address"
            error={errors.slug?.message}
            hint={
              wanted !== organization.slug
                ? `Links to /${organization.slug} will lead to the new address.`
                : former.length > 0
                  ? `These lead here, too: ${former.map((slug) => `/${slug}`).join(", ")}`
                  : "What stands in the address bar."
            }
          >
            <Input
              disabled={!may}
              className="font-mono text-xs"
              autoComplete="off"
              spellCheck={false}
              {...form.register("slug")}
            />
          </Field>
        </div>
      </Section>
    </form>
  );
}
