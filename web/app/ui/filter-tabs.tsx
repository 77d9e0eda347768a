import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";
import { cn } from "~/lib/classes";
import { writeFilters } from "~/lib/filters";
import { count } from "~/lib/format";

export interface FilterTab {
  value: string;
  label: ReactNode;
  count?: number;
}

interface Props {
  /** The filter's name in the address. */
  name: string;
  label: string;
  tabs: FilterTab[];
  className?: string;
}

/** A filter as a row of links with counts; the chosen one stands in the address. */
export function FilterTabs({ name, label, tabs, className }: Props) {
  const [params] = useSearchParams();
  const chosen = params.get(name) ?? "";
  return (
    <nav aria-label={label} className={cn("flex min-w-0 gap-0.5 overflow-x-auto p-0.5", className)}>
      {tabs.map((tab) => (
        <Link
          key={tab.value}
          to={{ search: writeFilters(params, { [name]: tab.value }).toString() }}
          replace
          preventScrollReset
          aria-current={chosen === tab.value ? "true" : undefined}
          className={cn(
            "inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2 text-xs whitespace-nowrap text-fg-2 hover:bg-hover hover:text-fg",
            chosen === tab.value && "bg-active font-semibold text-fg",
          )}
        >
          {tab.label}
          {tab.count !== undefined && <span className="num font-normal text-fg-3">{count(tab.count)}</span>}
        </Link>
      ))}
    </nav>
  );
}
