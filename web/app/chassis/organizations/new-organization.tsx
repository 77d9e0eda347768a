import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useNavigate } from "react-router";
import * as z from "zod/mini";
import { answer, http } from "~/api/client";
import type { Problem } from "~/api/problem";
import { meQuery } from "~/api/queries";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { slugOf } from "./slug";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Give it a name.")),
  slug: z
    .string()
    .check(
      z.regex(
        /^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/,
        "Use small letters, digits and hyphens, and no hyphen at either end.",
      ),
    ),
});

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export default function NewOrganization({ open, onOpenChange }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Create an organization"
      text="A space of its own for a team, a client or a household. Nobody else sees what is in it."
    >
      <NewOrganizationForm close={() => onOpenChange(false)} />
    </Dialog>
  );
}

function NewOrganizationForm({ close }: { close: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { name: "", slug: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ name, slug }) => {
    setProblem(null);
    try {
      const made = await answer(http.POST("/api/v1/orgs", { body: { name, slug: slug || null } }));
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      close();
      await navigate(`/${made.slug}`);
      toast.success(`${made.name} is ready.`);
    } catch (error) {
      setProblem(placeErrors(error, ["name", "slug"], form.setError));
    }
  });
  const suggested = slugOf(form.watch("name"));
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {problem && <ProblemNote error={problem} />}
      <Field label="Name" error={errors.name?.message}>
        <Input autoFocus placeholder="Northwind Labs" {...form.register("name")} />
      </Field>
      <Field label="Address" optional error={errors.slug?.message} hint="What stands in the address bar.">
        <Input className="font-mono text-xs" placeholder={suggested || "northwind-labs"} {...form.register("slug")} />
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="md" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" size="md" busy={isSubmitting}>
          Create organization
        </Button>
      </div>
    </form>
  );
}
