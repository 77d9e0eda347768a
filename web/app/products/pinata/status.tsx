import { Ban, CircleAlert, CircleCheck, Clock } from "lucide-react";
import { Badge, type Tone } from "~/ui/badge";
import { Spinner } from "~/ui/spinner";
import type { ScanStatus } from "./types";

const said: Record<ScanStatus, { tone: Tone; word: string }> = {
  queued: { tone: "info", word: "Queued" },
  running: { tone: "product", word: "Running" },
  succeeded: { tone: "ok", word: "Finished" },
  failed: { tone: "bad", word: "Failed" },
  cancelled: { tone: "neutral", word: "Cancelled" },
};

export function StatusBadge({ status }: { status: ScanStatus }) {
  const { tone, word } = said[status];
  return (
    <Badge tone={tone}>
      {status === "queued" && <Clock aria-hidden="true" />}
      {status === "running" && <Spinner />}
      {status === "succeeded" && <CircleCheck aria-hidden="true" />}
      {status === "failed" && <CircleAlert aria-hidden="true" />}
      {status === "cancelled" && <Ban aria-hidden="true" />}
      {word}
    </Badge>
  );
}
