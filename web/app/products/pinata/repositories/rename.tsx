import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { toast, toastProblem } from "~/ui/toast";
import { refreshLists, repositories, repositoryQuery } from "../api";
import type { Repository } from "../types";

/** Renames at once on the page, then on the server; what was there before is one click away. */
function useRename(org: string, id: string) {
  const client = useQueryClient();
  const { queryKey } = repositoryQuery(org, id);
  const rename = useMutation({
    mutationFn: ({ to }: { from: string; to: string; undoing?: boolean }) => repositories.rename(org, id, to),
    onMutate: async ({ to }) => {
      await client.cancelQueries({ queryKey, exact: true });
      client.setQueryData(queryKey, (old) => old && { ...old, name: to });
    },
    onSuccess: (_, { from, to, undoing }) => {
      if (undoing) return;
      toast.success(`Renamed to ${to}.`, {
        action: { label: "Undo", onClick: () => rename.mutate({ from: to, to: from, undoing: true }) },
      });
    },
    onError: (error, { from }) => {
      client.setQueryData(queryKey, (old) => old && { ...old, name: from });
      toastProblem(error);
    },
    onSettled: () => refreshLists(client, org),
  });
  return rename;
}

export function RenameButton({ repository }: { repository: Repository }) {
  const org = useOrg();
  const [open, setOpen] = useState(false);
  const rename = useRename(org, repository.id);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const to = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (!to) return;
    setOpen(false);
    if (to !== repository.name) rename.mutate({ from: repository.name, to });
  };
  return (
    <>
      <Button size="md" onClick={() => setOpen(true)}>
        <Pencil aria-hidden="true" /> Rename
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Rename the repository"
        text="Only its name here changes; its scans and its address stay."
      >
        <form onSubmit={submit} className="grid gap-4">
          <Field label="Name">
            <Input name="name" defaultValue={repository.name} required maxLength={200} autoFocus />
          </Field>
          <div className="flex justify-end gap-2">
            <Button size="md" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" size="md">
              Rename
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
