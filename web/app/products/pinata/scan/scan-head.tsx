import { Clock, GitBranch, GitCommitHorizontal } from "lucide-react";
import { Link } from "react-router";
import { ago, commit, dateTime } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Avatar } from "~/ui/avatar";
import { PageHead } from "~/ui/page";
import { StatusBadge } from "../status";
import type { Scan } from "../types";
import { ScanActions } from "./scan-actions";

export function ScanHead({ scan, now }: { scan: Scan; now: number }) {
  const org = useOrg();
  return (
    <PageHead
      title={
        <Link to={`/${org}/pinata/repositories/${scan.repository.id}`} className="rounded-sm">
          {scan.repository.name}
        </Link>
      }
      badge={<StatusBadge status={scan.status} />}
      text={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          {scan.branch && (
            <span className="inline-flex items-center gap-1.5">
              <GitBranch className="size-3.5 text-fg-3" aria-label="Branch" /> {scan.branch}
            </span>
          )}
          {scan.commit && (
            <span className="inline-flex items-center gap-1.5" title={scan.commit}>
              <GitCommitHorizontal className="size-3.5 text-fg-3" aria-label="Commit" />
              <span className="font-mono text-xs">{commit(scan.commit)}</span>
            </span>
          )}
          <span className="inline-flex items-center gap-1.5">
            <Avatar name={scan.started_by} className="size-4 text-[0.5rem]" /> Started by {scan.started_by}
          </span>
          <span className="num inline-flex items-center gap-1.5" title={dateTime(scan.created_at)}>
            <Clock className="size-3.5 text-fg-3" aria-hidden="true" /> {ago(scan.created_at, now)}
          </span>
        </span>
      }
    >
      <ScanActions scan={scan} place="head" />
    </PageHead>
  );
}
