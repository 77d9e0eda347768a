import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { clock } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Card } from "~/ui/card";
import { CopyButton } from "~/ui/copy-button";
import { scanLogQuery } from "../api";
import { isOver, type LogLine, type Scan } from "../types";

/** What has been said so far, joined with what the socket brings; a line is never shown twice. */
export function joinLog(stored: LogLine[], live: LogLine[]): LogLine[] {
  const seen = new Set(stored.map((line) => line.at + line.message));
  return [...stored, ...live.filter((line) => !seen.has(line.at + line.message))];
}

export function LogCard({ scan }: { scan: Scan }) {
  const org = useOrg();
  const stored = useQuery({ ...scanLogQuery(org, scan.id), refetchInterval: isOver(scan.status) ? false : 10_000 });
  const lines = joinLog(stored.data?.items ?? [], scan.log ?? []);
  const scroller = useRef<HTMLDivElement>(null);
  const last = lines[lines.length - 1];
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the end as lines arrive
  useEffect(() => {
    const box = scroller.current;
    // Whoever scrolled up to read something is left in peace.
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 120) box.scrollTop = box.scrollHeight;
  }, [last?.at, lines.length]);
  return (
    <Card className="mt-4 overflow-hidden" aria-label="Log">
      <div className="flex h-10 items-center justify-between border-b px-4">
        <h2 className="font-semibold">Log</h2>
        <CopyButton
          label="Copy the log"
          text={lines.map((line) => `${line.at} ${line.phase} ${line.message}`).join("\n")}
        />
      </div>
      <div
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label="Log lines"
        aria-live="off"
        className="max-h-72 overflow-auto bg-sunken px-4 py-2.5 font-mono text-xs leading-5"
      >
        {lines.map((line) => (
          <p key={line.at + line.message} className="flex gap-3">
            <time dateTime={line.at} className="num shrink-0 text-fg-3">
              {clock(line.at)}
            </time>
            <span className="w-16 shrink-0 text-fg">{line.phase}</span>
            <span className="min-w-0 break-words text-fg-2">{line.message}</span>
          </p>
        ))}
        {lines.length === 0 && <p className="text-fg-3">Nothing to tell yet.</p>}
      </div>
    </Card>
  );
}
