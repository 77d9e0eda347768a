import { ChevronDown } from "lucide-react";
import { useMemo, useState } from "react";
import { cn } from "~/lib/classes";
import { count } from "~/lib/format";
import { useMedia } from "~/lib/hooks";
import { Button } from "~/ui/button";
import { KindMark } from "../kind-mark";
import { kindOf } from "../kinds";
import { orderedKinds } from "../scan/found-card";
import type { ColumnarGraph } from "../types";
import { kindCounts } from "./columnar";

interface Props {
  graph: ColumnarGraph;
  hidden: ReadonlySet<string>;
  onHide: (hidden: Set<string>) => void;
}

/** What the shapes and colours mean, and at once the filter by kind. */
export function Legend({ graph, hidden, onHide }: Props) {
  const narrow = useMedia("(max-width: 767px)");
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? !narrow;
  const counts = useMemo(() => {
    const numbers = kindCounts(graph);
    return Object.fromEntries(graph.kinds.map((kind, index) => [kind, numbers[index] ?? 0]));
  }, [graph]);
  const kinds = orderedKinds(counts);
  const toggle = (kind: string) => {
    const next = new Set(hidden);
    if (!next.delete(kind)) next.add(kind);
    onHide(next);
  };
  return (
    <section
      aria-label="Legend"
      className="absolute top-3 left-3 max-h-[calc(100%-1.5rem)] w-44 overflow-y-auto rounded-lg border bg-raised shadow-card"
    >
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setChosen(!open)}
        className="flex h-9 w-full items-center justify-between rounded-lg px-3 text-xs font-semibold hover:bg-hover"
      >
        Kinds{" "}
        <ChevronDown
          className={cn("size-3.5 text-fg-3 transition-transform", open && "rotate-180")}
          aria-hidden="true"
        />
      </button>
      {open && (
        <ul className="px-1.5 pb-1.5">
          {kinds.map((kind) => (
            <li key={kind}>
              <button
                type="button"
                aria-pressed={!hidden.has(kind)}
                onClick={() => toggle(kind)}
                className="flex h-6.5 w-full items-center gap-2 rounded-md px-1.5 text-left text-xs hover:bg-hover"
              >
                <KindMark kind={kind} className={cn(hidden.has(kind) && "opacity-30")} />
                <span className={cn("flex-1 truncate", hidden.has(kind) && "text-fg-3 line-through")}>
                  {kindOf(kind).many}
                </span>
                <span className="num text-fg-3">{count(counts[kind] ?? 0)}</span>
              </button>
            </li>
          ))}
          {hidden.size > 0 && (
            <li className="pt-1">
              <Button variant="ghost" className="w-full justify-center" onClick={() => onHide(new Set())}>
                Show all kinds
              </Button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
