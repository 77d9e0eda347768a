import { useId } from "react";
import { cn } from "~/lib/classes";
import { Button } from "~/ui/button";
import { type PermissionGroup, reads } from "./words";

interface Props {
  groups: PermissionGroup[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
  error?: string;
}

/** Permissions to tick, by product; a group's own box ticks all of it. */
export function PermissionPicker({ groups, chosen, onChange, error }: Props) {
  const id = useId();
  const all = groups.flatMap((group) => group.permissions.map((one) => one.name));
  const set = (names: string[], on: boolean) =>
    onChange(on ? [...new Set([...chosen, ...names])] : chosen.filter((name) => !names.includes(name)));
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <div className="mb-1.5 flex items-center justify-between gap-2">
        <legend className="float-left font-medium">
          Permissions <span className="num font-normal text-fg-3">{chosen.length || "none yet"}</span>
        </legend>
        <span className="flex gap-1">
          <Button variant="ghost" onClick={() => onChange(all.filter(reads))}>
            Read only
          </Button>
          <Button variant="ghost" onClick={() => onChange(all)}>
            All
          </Button>
          <Button variant="ghost" onClick={() => onChange([])}>
            None
          </Button>
        </span>
      </div>
      <div
        className={cn("max-h-64 overflow-y-auto rounded-md border", error && "border-bad")}
        tabIndex={0}
        role="group"
        aria-label="Permissions to choose from"
      >
        {groups.map((group) => {
          const names = group.permissions.map((one) => one.name);
          const on = names.filter((name) => chosen.includes(name)).length;
          return (
            <div key={group.name} className="border-b last:border-b-0">
              <label className="flex min-h-8 cursor-pointer items-center gap-2.5 bg-sunken px-3 font-semibold">
                <input
                  type="checkbox"
                  checked={on === names.length}
                  ref={(box) => {
                    if (box) box.indeterminate = on > 0 && on < names.length;
                  }}
                  onChange={(event) => set(names, event.target.checked)}
                  className="size-3.5 accent-primary"
                />
                {group.label}
              </label>
              <div className="grid sm:grid-cols-2">
                {group.permissions.map((one) => (
                  <label
                    key={one.name}
                    className="flex min-h-8 cursor-pointer items-center gap-2.5 px-3 hover:bg-hover"
                  >
                    <input
                      type="checkbox"
                      checked={chosen.includes(one.name)}
                      onChange={(event) => set([one.name], event.target.checked)}
                      className="size-3.5 shrink-0 accent-primary"
                    />
                    <span className="min-w-0 truncate" title={one.name}>
                      {one.label}
                    </span>
                  </label>
                ))}
              </div>
            </div>
          );
        })}
      </div>
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-xs text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}
