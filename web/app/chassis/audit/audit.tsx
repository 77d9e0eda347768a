import { useInfiniteQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { useFilters, useTypedFilter } from "~/lib/filters";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { Empty } from "~/ui/empty";
import { Select } from "~/ui/field";
import { Kbd } from "~/ui/kbd";
import { ProblemNote } from "~/ui/problem";
import { SearchBox } from "~/ui/search-box";
import { SkeletonRows } from "~/ui/skeleton";
import { auditQuery, type Entry, exportAddress, periods } from "./api";
import { EntryPanel } from "./entry-panel";
import { EntryTable } from "./entry-table";
import { partChoices } from "./words";

export function meta() {
  return [{ title: "Audit log · Tenantry" }];
}

const kinds = [
  { value: "", label: "Anybody" },
  { value: "user", label: "People" },
  { value: "api_key", label: "API keys" },
  { value: "system", label: "Tenantry itself" },
];

/** Everything that was done in the organization. */
export default function AuditPage() {
  const { organization, products } = useShell();
  const org = organization.slug;
  const [filters, set] = useFilters("action", "actor", "subject", "address", "period");
  const [address, typeAddress] = useTypedFilter(filters.address, (value) => set({ address: value }));
  const [open, setOpen] = useState<Entry | null>(null);
  const query = useInfiniteQuery(auditQuery(org, filters));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.values(filters).some(Boolean);
  const byId = filters.actor !== "" && !kinds.some((kind) => kind.value === filters.actor);
  const clear = () => set({ action: "", actor: "", subject: "", address: "", period: "" });
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-center gap-2 border-b p-2.5">
        <Choose label="Part" value={filters.action} onChange={(action) => set({ action })}>
          <option value="">Everything</option>
          {partChoices(products).map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
          {filters.action && !partChoices(products).some((one) => one.value === filters.action) && (
            <option value={filters.action}>{filters.action}</option>
          )}
        </Choose>
        <Choose label="Who" value={filters.actor} onChange={(actor) => set({ actor })}>
          {kinds.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
          {byId && <option value={filters.actor}>One of them</option>}
        </Choose>
        <Choose label="When" value={filters.period} onChange={(period) => set({ period })}>
          {periods.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </Choose>
        <SearchBox label="Address" value={address} onChange={typeAddress} className="w-36 max-sm:flex-1" />
        {filters.subject && (
          <Button variant="ghost" onClick={() => set({ subject: "" })}>
            One subject ×
          </Button>
        )}
        {organization.permissions.includes("audit.export") && (
          <div className="ml-auto flex gap-2">
            <Button asChild>
              <a href={exportAddress(org, filters, "csv")} download>
                <Download aria-hidden="true" /> CSV
              </a>
            </Button>
            <Button asChild>
              <a href={exportAddress(org, filters, "jsonl")} download>
                <Download aria-hidden="true" /> JSON lines
              </a>
            </Button>
          </div>
        )}
      </div>
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
      {query.isPending && <SkeletonRows rows={10} />}
      {query.isSuccess && rows.length === 0 && (
        <Empty
          icon={ScrollText}
          title={filtered ? "Nothing like that" : "Nothing was done yet"}
          action={filtered && <Button onClick={clear}>Clear the filters</Button>}
        >
          {filtered
            ? "Nothing in this log fits all of the filters."
            : "Every change of members, keys and settings will be listed here."}
        </Empty>
      )}
      {rows.length > 0 && (
        <EntryTable
          entries={rows}
          products={products}
          openId={open?.id ?? null}
          onOpen={setOpen}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage()}
          className="max-h-[calc(100dvh-20rem)] min-h-64 [&_tbody_tr:last-child_td]:border-b-0"
        />
      )}
      {rows.length > 0 && (
        <div className="flex h-11 items-center gap-1.5 border-t px-4 text-xs text-fg-2 max-md:hidden">
          <Kbd>J</Kbd> <Kbd>K</Kbd> to move, <Kbd>↵</Kbd> to open
        </div>
      )}
      <EntryPanel
        entry={open}
        onClose={() => setOpen(null)}
        onFilter={(change) => {
          set(change);
          setOpen(null);
        }}
      />
    </Card>
  );
}

interface ChooseProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: React.ReactNode;
}

function Choose({ label, value, onChange, children }: ChooseProps) {
  return (
    <Select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-8 w-36 text-sm max-sm:flex-1"
    >
      {children}
    </Select>
  );
}
