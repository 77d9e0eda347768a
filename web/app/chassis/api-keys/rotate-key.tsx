import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Select } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { type ApiKey, type ApiKeyMade, type Keys, rotateKey } from "./api";

const overlaps = [
  { hours: 0, label: "Not at all: it stops at once" },
  { hours: 1, label: "One hour" },
  { hours: 24, label: "A day" },
  { hours: 168, label: "A week" },
  { hours: 720, label: "30 days" },
];

interface Props {
  keys: Keys;
  apiKey: ApiKey;
  onClose: () => void;
  onRotated: (made: ApiKeyMade) => void;
}

/** Gives a key a new secret; the old one goes on for a while, so that programs can change over. */
export default function RotateKey({ keys, apiKey, onClose, onRotated }: Props) {
  const client = useQueryClient();
  const [hours, setHours] = useState(24);
  const rotate = useMutation({
    mutationFn: () => rotateKey(keys, apiKey.id, hours),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["api-keys", keys.base] });
      onRotated(made);
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Rotate the secret of ${apiKey.name}`}
      text="It gets a new secret and stays the same key: its permissions and its usage remain."
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          rotate.mutate();
        }}
      >
        {rotate.error && <ProblemNote error={rotate.error} />}
        <Field label="How long the old secret still works" hint="Put the new one into your program in that time.">
          <Select value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {overlaps.map((one) => (
              <option key={one.hours} value={one.hours}>
                {one.label}
              </option>
            ))}
          </Select>
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" size="md" busy={rotate.isPending}>
            Rotate
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
