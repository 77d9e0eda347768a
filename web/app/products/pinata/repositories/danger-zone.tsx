import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { plural } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { refreshLists, repositories } from "../api";
import type { Repository } from "../types";

export function DangerZone({ repository, onDeleted }: { repository: Repository; onDeleted: () => Promise<void> }) {
  const org = useOrg();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => repositories.delete(org, repository.id),
    onSuccess: async () => {
      setOpen(false);
      await onDeleted();
      refreshLists(client, org);
      toast.success(`${repository.name} was deleted.`);
    },
  });
  return (
    <section aria-labelledby="danger" className="mt-10 rounded-lg border border-line-strong">
      <h2 id="danger" className="border-b px-4 py-2.5 font-semibold text-bad">
        Danger zone
      </h2>
      <div className="flex flex-wrap items-center justify-between gap-3 p-4">
        <div>
          <p className="font-medium">Delete this repository</p>
          <p className="text-fg-2">
            Its {plural(repository.scans, "scan")} and all they found go with it. This can't be undone.
          </p>
        </div>
        <Button size="md" variant="danger-outline" onClick={() => setOpen(true)}>
          <Trash2 aria-hidden="true" /> Delete…
        </Button>
      </div>
      <Dialog
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          setTyped("");
          remove.reset();
        }}
        title={`Delete ${repository.name}?`}
        text={`Its ${plural(repository.scans, "scan")} and all they found will be gone for good. The code itself is not touched.`}
      >
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            remove.mutate();
          }}
        >
          {remove.error && <ProblemNote error={remove.error} />}
          <Field
            label={
              <>
                Type <strong className="font-mono text-xs font-semibold">{repository.name}</strong> to confirm
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
            <Button size="md" onClick={() => setOpen(false)}>
              Keep it
            </Button>
            <Button
              type="submit"
              size="md"
              variant="danger"
              disabled={typed !== repository.name}
              busy={remove.isPending}
            >
              Delete for good
            </Button>
          </div>
        </form>
      </Dialog>
    </section>
  );
}
