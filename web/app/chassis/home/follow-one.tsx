import { ArrowDown } from "lucide-react";
import { type Shape, shapePath } from "~/lib/shapes";
import { SourceLines } from "~/ui/source-lines";
import { Section } from "./section";

const source = [
  '@router.post("/{payout_id}/settle")',
  "async def settle_payout(payout_id: UUID, session: Session):",
  "    payout = await session.get(Payout, payout_id)",
  "    await Ledger(session).record(payout)",
  '    await bus.publish("payouts.settled", payout.id)',
  "    return payout",
];

const steps: { shape: Shape; color: string; kind: string; name: string; place: string }[] = [
  {
    shape: "triangle",
    color: "--c1",
    kind: "Route",
    name: "POST /payouts/{payout_id}/settle",
    place: "payouts/api.py:41",
  },
  { shape: "circle", color: "--c2", kind: "Read", name: "payouts", place: "payouts/api.py:43" },
  { shape: "circle", color: "--c8", kind: "Function", name: "Ledger.record", place: "ledger/book.py:18" },
  { shape: "diamond", color: "--c2", kind: "Write", name: "ledger_entries", place: "ledger/book.py:24" },
  { shape: "diamond", color: "--c4", kind: "Publish", name: "payouts.settled", place: "payouts/api.py:45" },
];

export function FollowOne() {
  return (
    <Section
      id="follow"
      title="Follow one request to everything it touches"
      text="The route's address is put together from every router and prefix above it; the call into another file is resolved; the model becomes the table it stands for. Each step keeps its file, its line and its source, so you can check it."
    >
      <div className="grid items-center gap-6 lg:grid-cols-[1.15fr_auto_1fr]">
        <div className="min-w-0">
          <p className="mb-2 font-mono text-xs text-fg-2">payouts/api.py</p>
          <SourceLines label="Six lines of a web service" firstLine={41} lines={source} highlight={[44, 45]} />
        </div>
        <ArrowDown className="mx-auto size-5 text-fg-3 lg:-rotate-90" aria-hidden="true" />
        <ol className="overflow-hidden rounded-lg border bg-raised shadow-card">
          {steps.map((step) => (
            <li key={step.name} className="flex items-center gap-3 border-b px-4 py-2.5 last:border-b-0">
              <Mark shape={step.shape} color={step.color} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{step.name}</span>
                <span className="block truncate text-xs text-fg-2">
                  {step.kind} <span className="font-mono">{step.place}</span>
                </span>
              </span>
            </li>
          ))}
        </ol>
      </div>
    </Section>
  );
}

export function Mark({ shape, color }: { shape: Shape; color: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4 shrink-0">
      <path d={shapePath(shape, 8, 8, 6.5)} fill={`var(${color})`} />
    </svg>
  );
}
