import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";

interface Props {
  title: string;
  text: ReactNode;
  /** What has to be written out. */
  word: string;
  action: string;
  onConfirm: (typed: string) => Promise<void>;
  onClose: () => void;
}

/** Asks to write a word out before something that matters. */
export function ConfirmDialog({ title, text, word, action, onConfirm, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const act = useMutation({ mutationFn: () => onConfirm(typed), onSuccess: onClose });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} text={text}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate();
        }}
      >
        {act.error && <ProblemNote error={act.error} />}
        <Field
          label={
            <>
              Type <strong className="font-mono text-xs font-semibold">{word}</strong> to confirm
            </>
          }
        >
          <Input
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            autoFocus
          />
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size="md" variant="danger" disabled={typed.trim() !== word} busy={act.isPending}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
