import { Check, Copy, KeyRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { dateTime } from "~/lib/format";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import type { ApiKeyMade } from "./api";

/** The secret of a key that was just made: here, this once. */
export function SecretShown({ made, onClose }: { made: ApiKeyMade; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const copy = useRef<HTMLButtonElement>(null);
  useEffect(() => copy.current?.focus(), []);
  return (
    <Card className="p-4" aria-label="The secret of the new key">
      <div role="status">
        <p className="flex items-center gap-2 font-semibold">
          <KeyRound className="size-4 text-ok" aria-hidden="true" /> {made.name} is ready
        </p>
        <p className="mt-0.5 text-fg-2">
          Copy its secret now and keep it where only your program finds it. It is shown this once, and can’t be shown
          again.
        </p>
      </div>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <code className="min-w-0 flex-1 rounded-md border bg-sunken px-3 py-1.5 font-mono text-xs break-all">
          {made.secret}
        </code>
        <Button
          ref={copy}
          variant="primary"
          size="md"
          onClick={async () => {
            await navigator.clipboard.writeText(made.secret);
            setCopied(true);
          }}
        >
          {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />} {copied ? "Copied" : "Copy"}
        </Button>
        <Button size="md" onClick={onClose}>
          Done
        </Button>
      </div>
      {made.old_secret_until && (
        <p className="num mt-2 text-xs text-warn">The old secret works until {dateTime(made.old_secret_until)}.</p>
      )}
      <p className="mt-3 text-xs text-fg-3">Programs send it with every request:</p>
      <pre className="mt-1 overflow-x-auto rounded-md border bg-sunken px-3 py-2 font-mono text-xs" tabIndex={0}>
        {`curl -H "Authorization: Bearer ${made.prefix}…" ${window.location.origin}/api/v1/orgs/${made.organization}`}
      </pre>
    </Card>
  );
}
