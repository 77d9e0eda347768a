import { Check, Circle, CircleAlert, CircleDashed, Terminal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { cn } from "~/lib/classes";
import { clock, count, duration, percent, timeLeft } from "~/lib/format";
import { Card } from "~/ui/card";
import { Spinner } from "~/ui/spinner";
import { Confetti } from "../confetti";
import { Pinata } from "../pinata";
import { isOver, type Phase, type Scan } from "../types";

export const phaseWords: Record<string, { doing: string; name: string; unit: string }> = {
  clone: { doing: "Fetching the code", name: "Clone", unit: "files" },
  discover: { doing: "Discovering files", name: "Discover", unit: "files" },
  parse: { doing: "Parsing files", name: "Parse", unit: "files" },
  resolve: { doing: "Resolving the call graph", name: "Resolve", unit: "files" },
  graph: { doing: "Drawing the workflow graph", name: "Graph", unit: "nodes" },
};

const ended = { succeeded: "Finished", failed: "Stopped by an error", cancelled: "Cancelled" } as const;

function heading(scan: Scan): string {
  if (scan.status === "queued") return "Waiting for a worker";
  if (scan.status !== "running") return ended[scan.status];
  return phaseWords[scan.phase ?? ""]?.doing ?? "Working";
}

/** True for a while after the scan finished before the reader's eyes. */
function useJustFinished(scan: Scan): boolean {
  const before = useRef(scan.status);
  const [burst, setBurst] = useState(false);
  useEffect(() => {
    const was = before.current;
    before.current = scan.status;
    if (isOver(was) || scan.status !== "succeeded") return;
    setBurst(true);
    const timer = setTimeout(() => setBurst(false), 2600);
    return () => clearTimeout(timer);
  }, [scan.status]);
  return burst;
}

interface Props {
  scan: Scan;
  now: number;
  logOpen: boolean;
  onToggleLog: () => void;
}

/** Phases, files done of files, time left, the newest log line, and the piñata on its way. */
export function ProgressCard({ scan, now, logOpen, onToggleLog }: Props) {
  const burst = useJustFinished(scan);
  const over = isOver(scan.status);
  const fraction = scan.status === "succeeded" ? 1 : Math.min(1, Math.max(0, scan.progress.fraction));
  const unit = phaseWords[scan.phase ?? ""]?.unit ?? "files";
  const left = scan.status === "running" ? timeLeft(scan.progress.seconds_left) : null;
  const took =
    scan.started_at && scan.finished_at ? (Date.parse(scan.finished_at) - Date.parse(scan.started_at)) / 1000 : null;
  const line = scan.log?.[scan.log.length - 1];
  return (
    <Card aria-label="Progress" className="overflow-clip">
      <div className="px-4 pt-4 pb-3">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
          <p className="flex flex-wrap items-baseline gap-x-3">
            <strong className="font-semibold">{heading(scan)}</strong>
            {scan.progress.total > 0 && scan.status === "running" && (
              <span className="num text-fg-2">
                {count(scan.progress.done)} of {count(scan.progress.total)} {unit}
              </span>
            )}
          </p>
          <p className="num text-fg-2">
            {over && took !== null ? (
              <>took {duration(Math.max(0, took))}</>
            ) : (
              <>
                <strong className="font-semibold text-fg">{percent(fraction)}</strong>
                {left && ` · ${left}`}
                {!over &&
                  !left &&
                  scan.started_at &&
                  ` · ${duration((now - Date.parse(scan.started_at)) / 1000)} so far`}
              </>
            )}
          </p>
        </div>
        <Bar fraction={fraction} scan={scan} burst={burst} />
        <ol className="mt-4 grid grid-cols-2 gap-x-3 gap-y-3 sm:grid-cols-5" aria-label="Phases">
          {scan.phases.map((phase) => (
            <PhaseItem key={phase.name} phase={phase} scan={scan} fraction={fraction} />
          ))}
        </ol>
      </div>
      <div className="flex min-h-8 items-center gap-3 rounded-b-lg border-t bg-sunken px-4 py-1.5">
        <p className="min-w-0 flex-1 truncate font-mono text-xs text-fg-3">
          {line ? (
            <>
              <span className="num">{clock(line.at)}</span> <span className="text-fg">{line.phase}</span> {line.message}
            </>
          ) : (
            scan.progress.message || "Nothing to tell yet"
          )}
        </p>
        <button
          type="button"
          onClick={onToggleLog}
          aria-expanded={logOpen}
          className="inline-flex items-center gap-1.5 rounded-sm text-xs font-medium hover:text-product-fg"
        >
          <Terminal className="size-3.5" aria-hidden="true" /> {logOpen ? "Hide log" : "View log"}
        </button>
      </div>
    </Card>
  );
}

function Bar({ fraction, scan, burst }: { fraction: number; scan: Scan; burst: boolean }) {
  const going = scan.status === "running" || scan.status === "queued";
  return (
    <div className={cn("relative mt-2.5", (going || burst) && "pt-8.5")}>
      <div
        role="progressbar"
        aria-label="Scan progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(fraction * 100)}
        aria-valuetext={`${heading(scan)}, ${percent(fraction)}`}
        className="h-1.5 overflow-hidden rounded-full bg-active"
      >
        <div
          className={cn(
            "h-full rounded-full transition-[width] duration-500 ease-linear motion-reduce:transition-none",
            scan.status === "failed" ? "bg-bad" : scan.status === "cancelled" ? "bg-fg-3" : "bg-product",
          )}
          style={{ width: percent(fraction, 2) }}
        />
      </div>
      {(going || burst) && (
        <div
          className="pointer-events-none absolute top-0 -translate-x-1/2 transition-[left] duration-500 ease-linear motion-reduce:transition-none"
          style={{ left: `clamp(18px, ${percent(fraction, 2)}, calc(100% - 18px))` }}
        >
          <div className={burst ? "pinata-burst" : "pinata-bob"}>
            <Pinata walking={scan.status === "running"} className="h-9 w-10.5" />
          </div>
          {burst && <Confetti />}
        </div>
      )}
    </div>
  );
}

function PhaseItem({ phase, scan, fraction }: { phase: Phase; scan: Scan; fraction: number }) {
  const running = phase.state === "running" && scan.status === "running";
  const broken = phase.state === "running" && scan.status === "failed";
  const within = scan.progress.total > 0 ? percent(scan.progress.done / scan.progress.total) : percent(fraction);
  const time = phase.seconds === null || phase.seconds === undefined ? null : duration(phase.seconds);
  return (
    <li className="flex items-start gap-2.5">
      {phase.state === "done" ? (
        <span className="flex size-4.5 items-center justify-center rounded-full bg-ok-tint text-ok">
          <Check className="size-3" aria-hidden="true" />
        </span>
      ) : running ? (
        <Spinner className="size-4.5 text-product" />
      ) : broken ? (
        <CircleAlert className="size-4.5 text-bad" aria-hidden="true" />
      ) : scan.status === "queued" || scan.status === "running" ? (
        <CircleDashed className="size-4.5 text-fg-3" strokeWidth={1.5} aria-hidden="true" />
      ) : (
        <Circle className="size-4.5 text-fg-3" strokeWidth={1.5} aria-hidden="true" />
      )}
      <span className="min-w-0">
        <span className={cn("block font-medium", phase.state === "waiting" && "font-normal text-fg-2")}>
          {phaseWords[phase.name]?.name ?? phase.name}
        </span>
        <span className="num block text-xs text-fg-3">
          {phase.state === "done"
            ? (time ?? "Done")
            : running
              ? within
              : broken
                ? "Failed here"
                : isOver(scan.status)
                  ? "Not reached"
                  : "Waiting"}
        </span>
      </span>
    </li>
  );
}
