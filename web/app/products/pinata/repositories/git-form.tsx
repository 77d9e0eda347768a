import { zodResolver } from "@hookform/resolvers/zod";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Field, Input, Select, Textarea } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import type { AddAndScan } from "./new";

const schema = z.object({
  url: z.string().check(z.trim(), z.minLength(1, "Enter the repository's address.")),
  branch: z.string().check(z.trim()),
  name: z.string().check(z.trim()),
  access: z.enum(["none", "token", "key"]),
  username: z.string().check(z.trim()),
  token: z.string().check(z.trim()),
  private_key: z.string(),
});

const fields = ["url", "branch", "name", "username", "token", "private_key"] as const;
const orNothing = (value: string) => value || undefined;

export function GitForm({ add }: { add: AddAndScan }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { url: "", branch: "", name: "", access: "none" as const, username: "", token: "", private_key: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const access = form.watch("access");
  const submit = form.handleSubmit(async (values) => {
    setProblem(null);
    const branch = orNothing(values.branch);
    const secrets =
      values.access === "token"
        ? { username: orNothing(values.username), token: orNothing(values.token) }
        : values.access === "key"
          ? { private_key: orNothing(values.private_key) }
          : {};
    try {
      await add({ name: orNothing(values.name), source: { kind: "git", url: values.url, branch, ...secrets } }, branch);
    } catch (error) {
      setProblem(placeErrors(error, fields, form.setError));
    }
  });
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {problem && <ProblemNote error={problem} />}
      <Field label="Address" hint="https or ssh, as you would give it to git clone." error={errors.url?.message}>
        <Input
          autoFocus
          inputMode="url"
          spellCheck={false}
          className="font-mono text-xs"
          placeholder="https://github.com/owner/name.git"
          {...form.register("url")}
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Branch" optional hint="Otherwise its default one." error={errors.branch?.message}>
          <Input spellCheck={false} className="font-mono text-xs" placeholder="main" {...form.register("branch")} />
        </Field>
        <Field label="Name" optional hint="Otherwise the last part of the address." error={errors.name?.message}>
          <Input {...form.register("name")} />
        </Field>
      </div>
      <details className="group rounded-lg border">
        <summary className="flex h-10 cursor-pointer list-none items-center gap-2 rounded-lg px-3 font-medium hover:bg-hover [&::-webkit-details-marker]:hidden">
          <ChevronRight className="size-3.5 text-fg-3 transition-transform group-open:rotate-90" aria-hidden="true" />
          Private repository
        </summary>
        <div className="grid gap-4 border-t p-3">
          <Field label="Access with" hint="Kept sealed, used for cloning alone, and never shown again.">
            <Select {...form.register("access")}>
              <option value="none">Nothing: it is public</option>
              <option value="token">A token (https)</option>
              <option value="key">A deploy key (ssh)</option>
            </Select>
          </Field>
          {access === "token" && (
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="User name" optional error={errors.username?.message}>
                <Input autoComplete="off" {...form.register("username")} />
              </Field>
              <Field label="Token" error={errors.token?.message}>
                <Input type="password" autoComplete="off" {...form.register("token")} />
              </Field>
            </div>
          )}
          {access === "key" && (
            <Field
              label="Private key"
              hint="The whole file, with its first and last line. Read access is enough."
              error={errors.private_key?.message}
            >
              <Textarea
                className="font-mono text-xs"
                rows={6}
                autoComplete="off"
                spellCheck={false}
                {...form.register("private_key")}
              />
            </Field>
          )}
        </div>
      </details>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting}>
          Add and scan
        </Button>
      </div>
    </form>
  );
}
