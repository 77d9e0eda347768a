import { useLiveStatus } from "~/api/live-context";
import { Badge } from "~/ui/badge";
import { Tooltip } from "~/ui/tooltip";

const said = {
  live: { tone: "ok", word: "Live", text: "This page follows what happens as it happens." },
  connecting: { tone: "neutral", word: "Connecting", text: "Opening the line for live updates." },
  offline: {
    tone: "warn",
    word: "Offline",
    text: "Live updates are interrupted. We keep trying; reload to see the newest state.",
  },
} as const;

export function LiveBadge() {
  const { tone, word, text } = said[useLiveStatus()];
  return (
    <Tooltip text={text}>
      <button type="button" className="flex rounded-full" aria-label={`${word}: ${text}`}>
        <Badge tone={tone}>
          <span className="size-1.5 rounded-full bg-current" aria-hidden="true" />
          <span className="max-sm:sr-only">{word}</span>
        </Badge>
      </button>
    </Tooltip>
  );
}
