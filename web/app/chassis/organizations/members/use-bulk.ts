import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { plural } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { toast, toastProblem } from "~/ui/toast";
import { refreshMembers } from "../api";

/** Follows an action on several rows: says how it went, and reads the lists again. */
export function useBulk(noun = "member") {
  const org = useOrg();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const run = async (
    work: Promise<{ done: number; failed: unknown[] }>,
    one: string,
    many: string,
    then: () => void,
  ): Promise<void> => {
    setBusy(true);
    const { done, failed } = await work;
    await refreshMembers(client, org);
    setBusy(false);
    then();
    if (done > 0) toast.success(`${plural(done, noun)} ${done === 1 ? one : many}.`);
    for (const problem of failed) toastProblem(problem);
  };
  return { run, busy };
}
