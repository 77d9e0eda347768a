import {
  type ColumnDef,
  type ColumnVisibilityState,
  columnVisibilityFeature,
  type RowData,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { cn } from "~/lib/classes";
import { useKeys } from "~/lib/hooks";

export const features = tableFeatures({ columnVisibilityFeature });

export type Column<T extends RowData> = ColumnDef<typeof features, T> & {
  /** Classes of its cells: width, alignment, and from which width of screen on it is shown. */
  className?: string;
};

interface Props<T extends RowData> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  rowId: (row: T) => string;
  /** Height of every row in pixels; 40 unless the rows have two lines. */
  rowHeight?: number;
  visibility?: ColumnVisibilityState;
  total?: number;
  /** Called when the end comes into view and there is more. */
  onEnd?: () => void;
  /** Opens a row; the first column then holds its button. */
  onOpen?: (row: T) => void;
  openId?: string | null;
  className?: string;
  empty?: ReactNode;
}

/** A table that draws only the rows in view, with a head that stays, and J, K and Enter. */
export function DataTable<T extends RowData>(props: Props<T>) {
  const { label, rows, columns, rowId, rowHeight = 40, visibility = {}, onEnd, onOpen, openId, className } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<number | null>(null);
  const current = useRef(-1);
  const table = useTable({ features, columns, data: rows, getRowId: rowId, state: { columnVisibility: visibility } });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height makes the measured ones stale
  useEffect(() => virtual.measure(), [rowHeight]);

  const items = virtual.getVirtualItems();
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 20) onEnd?.();
  }, [last, rows.length, onEnd]);

  // The row may not be drawn yet when J asks for it: it is scrolled to first and focused when it appears.
  useEffect(() => {
    if (wanted === null) return;
    const button = scroller.current?.querySelector<HTMLElement>(`[data-row="${wanted}"] [data-open]`);
    if (!button) return;
    button.focus({ preventScroll: true });
    setWanted(null);
  });
  const move = (step: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, current.current + step));
    current.current = next;
    virtual.scrollToIndex(next, { align: "auto" });
    setWanted(next);
  };
  useKeys({ j: () => move(1), k: () => move(-1) }, Boolean(onOpen) && rows.length > 0);

  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items[items.length - 1]?.end ?? 0);
  const drawn = table.getRowModel().rows;
  return (
    <div ref={scroller} tabIndex={0} role="group" aria-label={label} className={cn("overflow-auto", className)}>
      <table
        className="w-full border-separate border-spacing-0"
        aria-label={label}
        aria-rowcount={props.total ?? rows.length}
      >
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  scope="col"
                  className={cn(
                    "sticky top-0 z-1 h-8 border-b bg-raised px-4 text-left text-xs font-medium whitespace-nowrap text-fg-3",
                    (header.column.columnDef as Column<T>).className,
                  )}
                >
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
          {items.map((item) => {
            const row = drawn[item.index];
            if (!row) return null;
            return (
              <tr
                key={row.id}
                data-row={item.index}
                aria-rowindex={item.index + 2}
                style={{ height: rowHeight }}
                onClick={() => onOpen?.(row.original)}
                onFocus={() => {
                  current.current = item.index;
                }}
                className={cn(onOpen && "cursor-pointer hover:bg-hover", openId === row.id && "bg-active")}
              >
                {row.getVisibleCells().map((cell) => (
                  <td key={cell.id} className={cn("border-b px-4", (cell.column.columnDef as Column<T>).className)}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
        </tbody>
      </table>
      {rows.length === 0 && props.empty}
    </div>
  );
}
