import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { http } from "~/api/client";
import { meQuery } from "~/api/queries";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";

export function LeaveDialog({ onClose }: { onClose: () => void }) {
  const { organization } = useShell();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: () =>
      http.DELETE("/api/v1/me/organizations/{organization_id}", {
        params: { path: { organization_id: organization.id } },
      }),
    onSuccess: async () => {
      // Away first: nothing of the organization may be read any more.
      await navigate("/start");
      client.removeQueries({ queryKey: ["org", organization.slug] });
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      toast.success(`You have left ${organization.name}.`);
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Leave ${organization.name}?`}
      text="You lose access at once. To come back you have to be invited again."
    >
      {leave.error && <ProblemNote className="mb-4" error={leave.error} />}
      <div className="flex justify-end gap-2">
        <Button size="md" onClick={onClose}>
          Stay
        </Button>
        <Button size="md" variant="danger" busy={leave.isPending} onClick={() => leave.mutate()}>
          Leave
        </Button>
      </div>
    </Dialog>
  );
}
