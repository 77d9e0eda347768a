import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { toastProblem } from "~/ui/toast";
import { refreshLists, repositories } from "./api";

/** Starts another scan of a repository and goes to its page. */
export function useScanAgain(org: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ repository, branch }: { repository: string; branch?: string }) =>
      repositories.scan(org, repository, branch),
    onSuccess: (scan) => {
      refreshLists(client, org);
      return navigate(`/${org}/pinata/scans/${scan.id}`);
    },
    onError: toastProblem,
  });
}
