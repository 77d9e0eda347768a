import type { ReactNode } from "react";
import { dateTime } from "~/lib/format";
import { useShell } from "~/shell/context";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { CopyButton } from "~/ui/copy-button";
import { SidePanel } from "~/ui/dialog";
import type { AuditFilters, Entry } from "./api";
import { actionWords, actorWords, deviceWords, differences, partOf, weight } from "./words";

interface Props {
  entry: Entry | null;
  onClose: () => void;
  onFilter: (change: Partial<AuditFilters>) => void;
}

/** One entry whole: who, from where, and what was before and after. */
export function EntryPanel({ entry, onClose, onFilter }: Props) {
  const { products } = useShell();
  return (
    <SidePanel
      open={entry !== null}
      onOpenChange={(open) => !open && onClose()}
      title={entry ? actionWords(entry.action) : ""}
      text={
        entry && (
          <>
            <Badge tone={weight(entry.action)}>{partOf(entry.action, products)}</Badge>{" "}
            <time dateTime={entry.at} className="num">
              {dateTime(entry.at)}
            </time>
          </>
        )
      }
    >
      {entry && <Whole entry={entry} onFilter={onFilter} />}
    </SidePanel>
  );
}

function Whole({ entry, onFilter }: { entry: Entry; onFilter: Props["onFilter"] }) {
  const { actor, subject, address } = entry;
  const changes = differences(entry);
  return (
    <div className="grid gap-5">
      <dl className="grid grid-cols-[6.5rem_1fr] gap-y-2.5">
        <Fact name="Who">
          {actorWords(actor)}
          {actor.kind === "api_key" && <span className="text-fg-3"> (API key)</span>}
          {actor.id && <Only onClick={() => onFilter({ actor: actor.id ?? "" })} />}
        </Fact>
        {subject && (
          <Fact name="Subject">
            <code className="font-mono text-xs break-all">{subject}</code>
            <Only onClick={() => onFilter({ subject })} />
          </Fact>
        )}
        <Fact name="Address">
          {address ? <code className="font-mono text-xs break-all">{address}</code> : "–"}
          {address && <Only onClick={() => onFilter({ address })} />}
        </Fact>
        <Fact name="Device">
          {deviceWords(entry.user_agent) ?? "–"}
          {entry.user_agent && <p className="mt-0.5 text-xs break-words text-fg-3">{entry.user_agent}</p>}
        </Fact>
        <Fact name="Action">
          <code className="font-mono text-xs break-all">{entry.action}</code>
          <Only onClick={() => onFilter({ action: entry.action })} />
        </Fact>
        {entry.request_id && (
          <Fact name="Request">
            <span className="inline-flex items-center gap-1">
              <code className="font-mono text-xs break-all">{entry.request_id}</code>
              <CopyButton text={entry.request_id} label="Copy the request’s id" />
            </span>
          </Fact>
        )}
      </dl>
      {changes.length > 0 && (
        <section>
          <h3 className="mb-2 font-semibold">What changed</h3>
          <ul className="overflow-hidden rounded-lg border">
            {changes.map(({ field, before, after }) => (
              <li key={field} className="border-b p-2.5 last:border-b-0">
                <p className="text-xs text-fg-3">{field.replaceAll("_", " ")}</p>
                {before !== null && before !== after && <Side sign="−" tone="bg-bad-tint text-bad" value={before} />}
                {after !== null && before !== after && <Side sign="+" tone="bg-ok-tint text-ok" value={after} />}
                {before === after && <p className="mt-1 break-words">{after}</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Side({ sign, tone, value }: { sign: string; tone: string; value: string }) {
  return (
    <p className={`mt-1 flex gap-2 rounded-sm px-2 py-1 font-mono text-xs ${tone}`}>
      <span>
        <span aria-hidden="true">{sign}</span>
        <span className="sr-only">{sign === "+" ? "after:" : "before:"}</span>
      </span>
      <span className="min-w-0 break-words whitespace-pre-wrap">{value}</span>
    </p>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-fg-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

function Only({ onClick }: { onClick: () => void }) {
  return (
    <Button variant="ghost" className="ml-1.5 h-5 px-1.5 text-2xs" onClick={onClick}>
      Only this
    </Button>
  );
}
