import { Ellipsis, KeyRound, Pencil, RefreshCw, Trash2 } from "lucide-react";
import { ago, dateTime, plural, title } from "~/lib/format";
import { useNow } from "~/lib/hooks";
import { Badge, type Tone } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Menu, MenuContent, MenuItem, MenuLine, MenuTrigger } from "~/ui/menu";
import type { ApiKey, Keys } from "./api";
import { until } from "./words";

export type Deed = "open" | "rename" | "rotate" | "revoke";

interface Props {
  apiKey: ApiKey;
  keys: Keys;
  may: boolean;
  onDo: (deed: Deed) => void;
}

const tones: Record<ApiKey["status"], Tone> = { active: "ok", expired: "warn", revoked: "neutral" };

export function KeyRow({ apiKey, keys, may, onDo }: Props) {
  const now = useNow(10_000);
  const facts = [
    keys.own ? `For ${apiKey.organization}` : apiKey.owner ? `${apiKey.owner.name ?? "Somebody"}’s own` : null,
    plural(apiKey.permissions.length, "permission"),
    apiKey.last_used_at ? `used ${ago(apiKey.last_used_at, now)}` : "never used",
    apiKey.status === "active" && apiKey.expires_at ? `expires ${until(apiKey.expires_at, now)}` : null,
    apiKey.revoked_at ? `revoked ${ago(apiKey.revoked_at, now)}` : null,
  ];
  // Only its own person rotates and renames a person's key here; everybody who may write can revoke it.
  const mine = keys.own || !apiKey.owner;
  const name = (
    <>
      <span className="truncate font-semibold">{apiKey.name}</span>
      <code className="font-mono text-xs text-fg-3">{apiKey.prefix}…</code>
    </>
  );
  return (
    <li className="flex min-h-14 items-center gap-3 border-b px-4 py-2 last:border-b-0">
      <span className="flex size-8 shrink-0 items-center justify-center rounded-md border bg-sunken text-fg-3 max-sm:hidden">
        <KeyRound className="size-4" aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1">
        {keys.own ? (
          <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">{name}</p>
        ) : (
          <button
            type="button"
            onClick={() => onDo("open")}
            className="flex max-w-full min-w-0 flex-wrap items-baseline gap-x-2 rounded-sm text-left"
          >
            {name}
          </button>
        )}
        <p className="num text-xs text-fg-3">{facts.filter(Boolean).join(" · ")}</p>
        {apiKey.old_secret_until && (
          <p className="num mt-0.5 text-xs text-warn">
            The secret before this one still works until {dateTime(apiKey.old_secret_until)}.
          </p>
        )}
      </div>
      <Badge tone={tones[apiKey.status]}>{title(apiKey.status)}</Badge>
      {may && apiKey.status !== "revoked" && (
        <Menu>
          <MenuTrigger asChild>
            <Button variant="ghost" size="icon" aria-label={`What can be done to ${apiKey.name}`}>
              <Ellipsis aria-hidden="true" />
            </Button>
          </MenuTrigger>
          <MenuContent align="end">
            <MenuItem disabled={!mine} onSelect={() => onDo("rename")}>
              <Pencil aria-hidden="true" /> Rename
            </MenuItem>
            <MenuItem disabled={!mine || apiKey.status !== "active"} onSelect={() => onDo("rotate")}>
              <RefreshCw aria-hidden="true" /> Rotate the secret
            </MenuItem>
            <MenuLine />
            <MenuItem onSelect={() => onDo("revoke")} className="text-bad [&_svg]:text-bad!">
              <Trash2 aria-hidden="true" /> Revoke
            </MenuItem>
          </MenuContent>
        </Menu>
      )}
    </li>
  );
}
