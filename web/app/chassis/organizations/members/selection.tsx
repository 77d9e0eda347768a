import { type ReactNode, useState } from "react";
import { plural } from "~/lib/format";
import { Button } from "~/ui/button";

export interface Selection<T> {
  chosen: T[];
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  toggleAll: () => void;
  clear: () => void;
  all: boolean;
}

/** Which rows are chosen for an action on several; `rows` are those that may be. What is gone from them is chosen no more. */
export function useSelection<T extends { id: string }>(rows: T[]): Selection<T> {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter((row) => ids.has(row.id));
  const all = rows.length > 0 && chosen.length === rows.length;
  return {
    chosen,
    all,
    has: (id) => ids.has(id),
    toggle: (id) =>
      setIds((old) => {
        const next = new Set(old);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    toggleAll: () => setIds(new Set(all ? [] : rows.map((row) => row.id))),
    clear: () => setIds(new Set()),
  };
}

export function RowCheck(props: { label: string; checked: boolean; disabled?: boolean; onChange: () => void }) {
  return (
    <input
      type="checkbox"
      aria-label={props.label}
      checked={props.checked}
      disabled={props.disabled}
      onChange={props.onChange}
      className="block size-4 accent-primary disabled:opacity-30"
    />
  );
}

/** What can be done with the chosen rows. */
export function SelectionBar({ count, clear, children }: { count: number; clear: () => void; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <div
      role="toolbar"
      aria-label="Chosen rows"
      className="flex flex-wrap items-center gap-2 border-b bg-sunken px-4 py-2"
    >
      <span className="num font-medium">{plural(count, "row")} chosen</span>
      <div className="ml-auto flex flex-wrap gap-2">
        {children}
        <Button variant="ghost" onClick={clear}>
          Choose none
        </Button>
      </div>
    </div>
  );
}

/** Does the same to each of several; says how many it did, and what stood in the way of the others. */
export async function forEach<T>(
  rows: T[],
  act: (row: T) => Promise<unknown>,
): Promise<{ done: number; failed: unknown[] }> {
  const settled = await Promise.allSettled(rows.map(act));
  const failed = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  return { done: rows.length - failed.length, failed };
}
