import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { type ApiKey, type Keys, revokeKey } from "./api";

interface Props {
  keys: Keys;
  apiKey: ApiKey;
  onClose: () => void;
}

/** Ends a key at once. Nothing brings it back, so its name is typed first. */
export default function RevokeKey({ keys, apiKey, onClose }: Props) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const revoke = useMutation({
    mutationFn: () => revokeKey(keys, apiKey.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["api-keys"] });
      toast.success(`${apiKey.name} opens nothing any more.`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Revoke ${apiKey.name}?`}
      text="Every program that uses it is turned away from this moment on. This can’t be undone."
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === apiKey.name) revoke.mutate();
        }}
      >
        {revoke.error && <ProblemNote error={revoke.error} />}
        <Field label={`Type “${apiKey.name}” to confirm`}>
          <Input autoFocus autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="danger" size="md" busy={revoke.isPending} disabled={typed !== apiKey.name}>
            Revoke the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
