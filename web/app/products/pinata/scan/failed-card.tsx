import { Problem } from "~/api/problem";
import { ProblemNote } from "~/ui/problem";
import type { Scan } from "../types";

/** Why a scan stopped, what to do about it, and the ids that stand in the server's log. */
export function FailedCard({ scan }: { scan: Scan }) {
  if (!scan.error) return null;
  const problem = new Problem({ status: 0, ...scan.error });
  return (
    <div className="mb-4">
      <ProblemNote error={problem} />
      <p className="mt-1.5 text-xs text-fg-3">
        Code <code className="font-mono">{scan.error.code}</code> · scan{" "}
        <code className="font-mono break-all">{scan.id}</code>
      </p>
    </div>
  );
}
