import { useId, useMemo, useRef, useState } from "react";
import { cn } from "~/lib/classes";
import { useKeys } from "~/lib/hooks";
import { SearchBox } from "~/ui/search-box";
import { KindMark } from "../kind-mark";
import { kindOf } from "../kinds";
import type { ColumnarGraph } from "../types";
import { searchNodes } from "./columnar";

/** Finds a node by its name or file and goes there. */
export function NodeSearch({ graph, onFind }: { graph: ColumnarGraph; onFind: (index: number) => void }) {
  const id = useId();
  const box = useRef<HTMLElement>(null);
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const found = useMemo(() => searchNodes(graph, typed), [graph, typed]);
  const take = (index: number | undefined) => {
    if (index === undefined) return;
    setOpen(false);
    onFind(index);
  };
  useKeys({
    "/": (event) => {
      event.preventDefault();
      box.current?.querySelector("input")?.focus();
    },
  });
  const showing = open && typed.trim() !== "";
  return (
    <search
      ref={box}
      className="relative w-64 max-sm:w-full"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <SearchBox
        label="Find a node"
        value={typed}
        onChange={(value) => {
          setTyped(value);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        role="combobox"
        aria-expanded={showing}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={showing && found.length > 0 ? `${id}-${at}` : undefined}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
          else if (event.key === "Enter") take(found[at]);
          else if (event.key === "Escape" && showing) setOpen(false);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="Nodes found"
        hidden={!showing}
        className="absolute z-20 mt-1 max-h-80 w-full min-w-72 overflow-y-auto rounded-lg border bg-raised p-1 shadow-lg"
      >
        {found.map((index, place) => {
          const kind = graph.kinds[graph.nodes.kind[index] ?? 0] ?? "";
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the active option
            <div
              key={index}
              id={`${id}-${place}`}
              role="option"
              aria-selected={place === at}
              onMouseDown={(event) => {
                event.preventDefault();
                take(index);
              }}
              className={cn(
                "flex cursor-pointer items-start gap-2 rounded-md px-2 py-1.5 hover:bg-hover",
                place === at && "bg-active",
              )}
            >
              <KindMark kind={kind} className="mt-1" />
              <span className="min-w-0">
                <span className="block truncate font-medium">{graph.nodes.name[index]}</span>
                <span className="block truncate text-xs text-fg-2">
                  {kindOf(kind).word} <span className="font-mono">{graph.nodes.file[index]}</span>
                </span>
              </span>
            </div>
          );
        })}
        {showing && found.length === 0 && (
          // biome-ignore lint/a11y/useFocusableInteractive: it says that there is nothing to choose
          <div role="option" aria-selected="false" aria-disabled="true" className="px-2 py-3 text-fg-2">
            No node goes by that name.
          </div>
        )}
      </div>
    </search>
  );
}
