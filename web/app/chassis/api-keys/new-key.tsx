import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import * as z from "zod/mini";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input, Select } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { type ApiKeyMade, grantableQuery, type Keys, makeKey } from "./api";
import { PermissionPicker } from "./permission-picker";
import { grouped } from "./words";

const lasting = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "It never expires" },
];

const schema = z.object({
  organization: z.string(),
  name: z.string().check(z.trim(), z.minLength(1, "Give it a name that says what uses it."), z.maxLength(80)),
  permissions: z.array(z.string()).check(z.minLength(1, "Choose at least one.")),
  expires_at: z.string(),
});

interface Props {
  keys: Keys;
  onClose: () => void;
  onMade: (made: ApiKeyMade) => void;
}

/** Makes a key: what it is for, what it may do, how long it lasts. */
export default function NewKey({ keys, onClose, onMade }: Props) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New API key"
      text={keys.own ? "It acts as you in one organization." : "For a program, and for nobody in particular."}
      className="w-[min(38rem,calc(100vw-1.5rem))]"
    >
      <NewKeyForm keys={keys} onClose={onClose} onMade={onMade} />
    </Dialog>
  );
}

function NewKeyForm({ keys, onClose, onMade }: Props) {
  const { me, organization, products } = useShell();
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { organization: organization.slug, name: "", permissions: [] as string[], expires_at: "90" },
  });
  const { errors, isSubmitting } = form.formState;
  const org = form.watch("organization");
  const grantable = useQuery(grantableQuery(keys, org));
  const longest = grantable.data?.longest_days;
  const submit = form.handleSubmit(async ({ name, permissions, expires_at, organization: chosen }) => {
    setProblem(null);
    const expires = expires_at ? new Date(Date.now() + Number(expires_at) * 86_400_000).toISOString() : null;
    try {
      const body = { name, permissions, expires_at: expires, ...(keys.own ? { organization: chosen } : {}) };
      const made = await makeKey(keys, body);
      await client.invalidateQueries({ queryKey: ["api-keys", keys.base] });
      onMade(made);
    } catch (error) {
      setProblem(placeErrors(error, ["name", "permissions", "expires_at", "organization"], form.setError));
    }
  });
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {problem && <ProblemNote error={problem} />}
      <Field label="Name" error={errors.name?.message}>
        <Input autoFocus placeholder="Nightly import" autoComplete="off" {...form.register("name")} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        {keys.own && (
          <Field label="Organization" error={errors.organization?.message}>
            <Select {...form.register("organization", { onChange: () => form.setValue("permissions", []) })}>
              {me.organizations.map((one) => (
                <option key={one.slug} value={one.slug}>
                  {one.name}
                </option>
              ))}
            </Select>
          </Field>
        )}
        <Field label="It expires after" error={errors.expires_at?.message}>
          <Select {...form.register("expires_at")}>
            {lasting
              .filter(({ value }) => !longest || (value && Number(value) <= longest))
              .map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            {longest && <option value={longest}>{longest} days, the longest here</option>}
          </Select>
        </Field>
      </div>
      {grantable.error && <ProblemNote error={grantable.error} onRetry={() => grantable.refetch()} />}
      {grantable.isPending && <Skeleton className="h-40" />}
      {grantable.data && (
        <Controller
          control={form.control}
          name="permissions"
          render={({ field }) => (
            <PermissionPicker
              groups={grouped(grantable.data.items, products)}
              chosen={field.value}
              onChange={field.onChange}
              error={errors.permissions?.message}
            />
          )}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button size="md" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" size="md" busy={isSubmitting}>
          Make the key
        </Button>
      </div>
    </form>
  );
}
