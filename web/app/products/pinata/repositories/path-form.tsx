import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import type { AddAndScan } from "./new";

const schema = z.object({
  path: z.string().check(z.trim(), z.startsWith("/", "Give the whole path, beginning with /.")),
  name: z.string().check(z.trim()),
});

/** Only in local mode: a folder on the machine Tenantry runs on. */
export function PathForm({ add }: { add: AddAndScan }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { path: "", name: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ path, name }) => {
    setProblem(null);
    try {
      await add({ name: name || undefined, source: { kind: "path", path } });
    } catch (error) {
      setProblem(placeErrors(error, ["path", "name"], form.setError));
    }
  });
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {problem && <ProblemNote error={problem} />}
      <Field
        label="Folder"
        hint="On the machine Tenantry runs on. It is read, never changed."
        error={errors.path?.message}
      >
        <Input
          spellCheck={false}
          className="font-mono text-xs"
          placeholder="/home/ada/payments-api"
          {...form.register("path")}
        />
      </Field>
      <Field label="Name" optional hint="Otherwise the folder's own." error={errors.name?.message}>
        <Input {...form.register("name")} />
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting}>
          Add and scan
        </Button>
      </div>
    </form>
  );
}
