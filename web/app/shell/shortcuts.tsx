import { interfaces } from "~/products";
import { Dialog } from "~/ui/dialog";
import { Kbd } from "~/ui/kbd";
import { useShell } from "./context";

const everywhere: [string[], string][] = [
  [["⌘", "K"], "Search, jump and act (Ctrl K elsewhere)"],
  [["?"], "This list"],
  [["["], "Show or hide the sidebar"],
  [["Esc"], "Close what is open"],
];

const tables: [string[], string][] = [
  [["J"], "Next row"],
  [["K"], "Previous row"],
  [["↵"], "Open the row"],
  [["/"], "Search in the table or the graph"],
];

const graph: [string[], string][] = [
  [["+"], "Zoom in"],
  [["−"], "Zoom out"],
  [["0"], "The whole graph"],
  [["←", "→", "↑", "↓"], "Move"],
  [["F"], "Full screen"],
];

export function Shortcuts({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { product } = useShell();
  const own = (product ? interfaces[product.slug]?.commands : undefined) ?? [];
  const keys = own
    .filter((one) => one.key)
    .map((one): [string[], string] => [[one.key?.toUpperCase() ?? ""], one.label]);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        <List title="Everywhere" rows={[...everywhere, ...keys]} />
        <List title="In tables" rows={tables} />
        <List title="In the graph" rows={graph} />
      </div>
    </Dialog>
  );
}

function List({ title, rows }: { title: string; rows: [string[], string][] }) {
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium text-fg-3">{title}</h3>
      <dl className="grid gap-1">
        {rows.map(([keys, label]) => (
          <div key={label} className="flex min-h-7 items-center justify-between gap-3">
            <dt>{label}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
