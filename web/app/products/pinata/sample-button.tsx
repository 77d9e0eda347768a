import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { useNavigate } from "react-router";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { toastProblem } from "~/ui/toast";
import { fillWithSample, refreshLists } from "./api";

/** Fills the organization with the product's sample and goes there. */
export function SampleButton({ size = "sm" }: { size?: "sm" | "md" | "lg" }) {
  const org = useOrg();
  const client = useQueryClient();
  const navigate = useNavigate();
  const sample = useMutation({
    mutationFn: () => fillWithSample(org),
    onSuccess: ({ path }) => {
      refreshLists(client, org);
      return navigate(path);
    },
    onError: toastProblem,
  });
  return (
    <Button size={size} busy={sample.isPending} onClick={() => sample.mutate()}>
      {!sample.isPending && <Sparkles aria-hidden="true" />} Try a sample
    </Button>
  );
}
