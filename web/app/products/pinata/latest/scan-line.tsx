import { Link } from "react-router";
import { ago, commit } from "~/lib/format";
import { useNow } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import type { Scan } from "../types";

export function ScanLine({ scan }: { scan: Scan }) {
  const org = useOrg();
  const now = useNow(30_000);
  return (
    <span className="num">
      As of{" "}
      <Link
        to={`/${org}/pinata/scans/${scan.id}`}
        className="rounded-sm font-medium text-fg underline underline-offset-2"
      >
        {scan.repository.name} #{scan.number}
      </Link>
      {scan.commit && <span className="font-mono text-xs"> @ {commit(scan.commit)}</span>},{" "}
      {ago(scan.finished_at ?? scan.created_at, now)}
    </span>
  );
}
