import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArchiveRestore } from "lucide-react";
import { Link } from "react-router";
import { http } from "~/api/client";
import type { Me } from "~/api/types";
import { day } from "~/lib/format";
import { useTitle } from "~/lib/hooks";
import { Avatar } from "~/ui/avatar";
import { Button } from "~/ui/button";
import { ProblemNote } from "~/ui/problem";
import { toast } from "~/ui/toast";

type Card = Me["organizations"][number];

/** An organization that is being deleted, as its owners see it: what there is to know, and the way back. */
export function DeletedOrganization({ card, elsewhere }: { card: Card; elsewhere: Card | undefined }) {
  useTitle(`${card.name} is being deleted`);
  const restore = useRestore(card);
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center bg-canvas p-6 text-center">
      <Avatar name={card.name} square className="mb-5 size-12 text-lg opacity-60" />
      <h1 className="max-w-lg text-xl font-semibold tracking-tight">{card.name} is being deleted</h1>
      <p className="mt-1.5 max-w-md text-fg-2">
        Nobody can use it. On {card.erase_at ? day(card.erase_at) : "a day soon"} everything in it is erased for good.
        Until then you can bring it back, as one of its owners.
      </p>
      {restore.error && <ProblemNote className="mt-5 max-w-md text-left" error={restore.error} />}
      <div className="mt-5 flex flex-wrap justify-center gap-2">
        <Button variant="primary" size="md" busy={restore.isPending} onClick={() => restore.mutate()}>
          <ArchiveRestore aria-hidden="true" /> Restore {card.name}
        </Button>
        <Button size="md" asChild>
          <Link to={elsewhere ? `/${elsewhere.slug}` : "/start"}>
            {elsewhere ? `Go to ${elsewhere.name}` : "Go to my overview"}
          </Link>
        </Button>
      </div>
    </main>
  );
}

export function useRestore(card: Card) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => http.DELETE("/api/v1/orgs/{org}/deletion", { params: { path: { org: card.slug } } }),
    onSuccess: async () => {
      await client.invalidateQueries();
      toast.success(`${card.name} is back.`);
    },
  });
}
