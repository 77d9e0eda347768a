import { dateTime } from "~/lib/format";
import { useShell } from "~/shell/context";
import { SidePanel } from "~/ui/dialog";
import type { ApiKey } from "./api";
import { UsageFigures } from "./usage-card";
import { grouped } from "./words";

/** One key whole: what it may do, and what it is used for. */
export default function KeyPanel({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { products } = useShell();
  const items = apiKey.permissions.map((name) => ({ name, group: name.split(".")[0] ?? "" }));
  const facts: [string, string | null][] = [
    ["Owner", apiKey.owner ? (apiKey.owner.name ?? "Somebody") : "The organization"],
    ["Made", `${dateTime(apiKey.created_at)}${apiKey.made_by?.name ? ` by ${apiKey.made_by.name}` : ""}`],
    ["Last used", apiKey.last_used_at ? dateTime(apiKey.last_used_at) : "Never"],
    ["Expires", apiKey.expires_at ? dateTime(apiKey.expires_at) : "Never"],
    ["Revoked", apiKey.revoked_at ? dateTime(apiKey.revoked_at) : null],
  ];
  return (
    <SidePanel
      open
      onOpenChange={(open) => !open && onClose()}
      title={apiKey.name}
      text={<code className="font-mono text-xs">{apiKey.prefix}…</code>}
    >
      <div className="grid gap-5">
        <dl className="grid grid-cols-[6.5rem_1fr] gap-y-2">
          {facts.map(
            ([name, value]) =>
              value && (
                <div key={name} className="contents">
                  <dt className="text-fg-3">{name}</dt>
                  <dd className="num min-w-0 break-words">{value}</dd>
                </div>
              ),
          )}
        </dl>
        <section>
          <h3 className="mb-2 font-semibold">What it may do</h3>
          <ul className="grid gap-1.5">
            {grouped(items, products).map((group) => (
              <li key={group.name}>
                <span className="text-fg-3">{group.label}:</span>{" "}
                {group.permissions.map((one) => one.label.toLowerCase()).join(", ")}
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3 className="mb-2 font-semibold">Usage</h3>
          <UsageFigures org={apiKey.organization} id={apiKey.id} />
        </section>
      </div>
    </SidePanel>
  );
}
