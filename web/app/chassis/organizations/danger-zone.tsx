import { useQueryClient } from "@tanstack/react-query";
import { LogOut, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { answer, http } from "~/api/client";
import { meQuery, organizationQuery, useCan } from "~/api/queries";
import { dateTime } from "~/lib/format";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { toast } from "~/ui/toast";
import { ConfirmDialog } from "./confirm-dialog";
import { LeaveDialog } from "./members/leave-dialog";

/** What cannot be taken back, or not by oneself. */
export function DangerZone() {
  const { organization } = useShell();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<"leave" | "delete" | null>(null);
  const mayDelete = useCan(organization.slug, "organization.delete");
  const close = () => setAsked(null);
  const remove = async (confirm: string) => {
    const path = { org: organization.slug };
    const { erase_at } = await answer(
      http.POST("/api/v1/orgs/{org}/deletion", { params: { path }, body: { confirm } }),
    );
    await client.invalidateQueries({ queryKey: meQuery.queryKey });
    await navigate("/start");
    client.removeQueries({ queryKey: organizationQuery(organization.slug).queryKey });
    toast.success(`${organization.name} was deleted.`, {
      description: `As an owner you can restore it until ${dateTime(erase_at)}.`,
      duration: 10_000,
    });
  };
  return (
    <section aria-labelledby="danger" className="mt-5 rounded-lg border border-line-strong">
      <h2 id="danger" className="border-b px-4 py-2.5 font-semibold text-bad">
        Danger zone
      </h2>
      <Row
        title="Leave this organization"
        text="You lose access at once. The last owner cannot leave."
        action={
          <Button size="md" variant="danger-outline" onClick={() => setAsked("leave")}>
            <LogOut aria-hidden="true" /> Leave…
          </Button>
        }
      />
      {mayDelete && (
        <Row
          title="Delete this organization"
          text="Nobody can use it any more, at once. Owners can restore it for 30 days; then everything in it is erased for good."
          action={
            <Button size="md" variant="danger-outline" onClick={() => setAsked("delete")}>
              <Trash2 aria-hidden="true" /> Delete…
            </Button>
          }
        />
      )}
      {asked === "leave" && <LeaveDialog onClose={close} />}
      {asked === "delete" && (
        <ConfirmDialog
          title={`Delete ${organization.name}?`}
          text="It is closed to all its members at once, and its owners get a mail. They can restore it for 30 days."
          word={organization.slug}
          action="Delete organization"
          onConfirm={remove}
          onClose={close}
        />
      )}
    </section>
  );
}

function Row({ title, text, action }: { title: string; text: string; action: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t p-4 first-of-type:border-t-0">
      <div className="max-w-xl">
        <p className="font-medium">{title}</p>
        <p className="text-fg-2">{text}</p>
      </div>
      {action}
    </div>
  );
}
