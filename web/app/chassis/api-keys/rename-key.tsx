import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import type { Problem } from "~/api/problem";
import { placeErrors } from "~/lib/form";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { type ApiKey, type Keys, renameKey } from "./api";

const schema = z.object({ name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(80)) });

interface Props {
  keys: Keys;
  apiKey: ApiKey;
  onClose: () => void;
}

export default function RenameKey({ keys, apiKey, onClose }: Props) {
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { name: apiKey.name } });
  const submit = form.handleSubmit(async ({ name }) => {
    try {
      await renameKey(keys, apiKey.id, name);
      await client.invalidateQueries({ queryKey: ["api-keys", keys.base] });
      onClose();
    } catch (error) {
      setProblem(placeErrors(error, ["name"], form.setError));
    }
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Rename the key">
      <form onSubmit={submit} className="grid gap-4" noValidate>
        {problem && <ProblemNote error={problem} />}
        <Field label="Name" error={form.formState.errors.name?.message}>
          <Input autoFocus autoComplete="off" {...form.register("name")} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" size="md" busy={form.formState.isSubmitting}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
