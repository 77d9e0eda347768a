import { plural } from "~/lib/format";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { type Member, members } from "../api";
import { forEach } from "./selection";
import { useBulk } from "./use-bulk";

interface Props {
  members: Member[];
  onClose: () => void;
  onDone: () => void;
}

export function RemoveDialog({ members: whom, onClose, onDone }: Props) {
  const { organization } = useShell();
  const bulk = useBulk();
  const names = whom.length === 1 ? whom[0]?.name : plural(whom.length, "member");
  const remove = () =>
    bulk.run(
      forEach(whom, (member) => members.remove(organization.slug, member.id)),
      `was removed from ${organization.name}`,
      `were removed from ${organization.name}`,
      () => {
        onDone();
        onClose();
      },
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${names}?`}
      text="They lose access at once, wherever they are signed in. What they made here stays."
    >
      {whom.length > 1 && (
        <ul className="mb-4 max-h-40 overflow-y-auto rounded-md border bg-sunken px-3 py-2">
          {whom.map((member) => (
            <li key={member.id} className="truncate">
              {member.name} <span className="text-fg-2">{member.email}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="flex justify-end gap-2">
        <Button size="md" onClick={onClose}>
          Cancel
        </Button>
        <Button size="md" variant="danger" busy={bulk.busy} onClick={remove}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
