import { useInfiniteQuery } from "@tanstack/react-query";
import { Columns3, SearchX } from "lucide-react";
import { useRef, useState } from "react";
import { cn } from "~/lib/classes";
import { useFilters, useTypedFilter } from "~/lib/filters";
import { count } from "~/lib/format";
import { useKeys, useMedia } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { DataTable } from "~/ui/data-table";
import { Empty } from "~/ui/empty";
import { controlClass, Select } from "~/ui/field";
import { FilterTabs } from "~/ui/filter-tabs";
import { Kbd } from "~/ui/kbd";
import { Menu, MenuCheckItem, MenuContent, MenuLabel, MenuTrigger } from "~/ui/menu";
import { ProblemNote } from "~/ui/problem";
import { SearchBox } from "~/ui/search-box";
import { SkeletonRows } from "~/ui/skeleton";
import { nodesQuery } from "../api";
import { kindOf } from "../kinds";
import { NodePanel } from "../node-panel";
import type { Scan } from "../types";
import { choosable, findingColumns } from "./finding-columns";
import { orderedKinds } from "./found-card";

/** Everything a scan found: by kind, searched, filtered by service and folder, a row opened beside it. */
export function FindingsCard({ scan, className }: { scan: Scan; className?: string }) {
  const org = useOrg();
  const card = useRef<HTMLElement>(null);
  const narrow = useMedia("(max-width: 767px)");
  const [{ kind, q, service, folder, node }, set] = useFilters("kind", "q", "service", "folder", "node");
  const [typed, type] = useTypedFilter(q, (value) => set({ q: value }));
  const [typedFolder, typeFolder] = useTypedFilter(folder, (value) => set({ folder: value }));
  const [visibility, setVisibility] = useState<Record<string, boolean>>({ language: false });
  const query = useInfiniteQuery(nodesQuery(org, scan.id, { kind, q, service, folder }));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const first = query.data?.pages[0];
  const counts = first?.counts ?? {};
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const total = kind ? (counts[kind] ?? rows.length) : all;
  const shownKinds = orderedKinds(kind ? { ...counts, [kind]: counts[kind] || 1 } : counts);
  const filtered = Boolean(kind || q || service || folder);
  useKeys({
    "/": (event) => {
      event.preventDefault();
      card.current?.querySelector<HTMLInputElement>("input[type=search]")?.focus();
    },
  });
  return (
    <Card ref={card} className={cn("overflow-hidden", className)} aria-label="Findings">
      <FilterTabs
        name="kind"
        label="Findings by kind"
        className="border-b p-2"
        tabs={[
          { value: "", label: "All", count: first && all },
          ...shownKinds.map((one) => ({ value: one, label: kindOf(one).many, count: counts[one] ?? 0 })),
        ]}
      />
      <div className="flex flex-wrap items-center gap-2 border-b p-2">
        <SearchBox label="Search names and files" value={typed} onChange={type} className="min-w-40 flex-1" />
        <Select
          aria-label="Service"
          className="h-8 w-auto max-w-44 max-sm:flex-1"
          value={service}
          onChange={(event) => set({ service: event.target.value })}
        >
          <option value="">All services</option>
          {[...new Set([...(first?.services ?? []), ...(service ? [service] : [])])].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Select>
        <input
          aria-label="Folder"
          placeholder="Folder, such as src/api"
          value={typedFolder}
          onChange={(event) => typeFolder(event.target.value)}
          className={cn(controlClass, "h-8 w-44 font-mono text-xs max-sm:flex-1")}
        />
        <Menu>
          <MenuTrigger asChild>
            <Button size="md" className="max-md:hidden">
              <Columns3 aria-hidden="true" /> Columns
            </Button>
          </MenuTrigger>
          <MenuContent align="end">
            <MenuLabel>Shown columns</MenuLabel>
            {choosable.map(({ id, label }) => (
              <MenuCheckItem
                key={id}
                checked={visibility[id] !== false}
                onCheckedChange={(checked) => setVisibility((old) => ({ ...old, [id]: checked === true }))}
              >
                {label}
              </MenuCheckItem>
            ))}
          </MenuContent>
        </Menu>
      </div>
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
      {query.isPending && <SkeletonRows rows={8} />}
      {first && (
        <DataTable
          label="What was found"
          rows={rows}
          columns={findingColumns}
          rowId={(row) => row.id}
          rowHeight={narrow ? 60 : 40}
          visibility={visibility}
          total={total}
          openId={node}
          onOpen={(row) => set({ node: row.id })}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage()}
          className={cn("max-h-[34rem]", query.isPlaceholderData && "opacity-60")}
          empty={
            <Empty
              icon={SearchX}
              title={filtered ? "Nothing matches" : "Nothing was found"}
              action={
                filtered && (
                  <Button
                    onClick={() => {
                      type("");
                      typeFolder("");
                      set({ kind: "", q: "", service: "", folder: "" });
                    }}
                  >
                    Clear the filters
                  </Button>
                )
              }
            >
              {filtered
                ? "Fewer filters may find more."
                : "The files of this scan hold no routes, calls or tables that Pinata knows."}
            </Empty>
          }
        />
      )}
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-4 text-xs text-fg-2" aria-live="polite">
        <span className="num">
          {count(total)} {total === 1 ? "finding" : "findings"}
        </span>
        <span className="inline-flex items-center gap-1 max-md:hidden">
          <Kbd>J</Kbd> <Kbd>K</Kbd> to move, <Kbd>↵</Kbd> to open, <Kbd>/</Kbd> to search
        </span>
        {query.isFetchingNextPage && <span className="ml-auto">Loading more…</span>}
      </div>
      <NodePanel org={org} scan={scan.id} node={node} onChange={(next) => set({ node: next })} />
    </Card>
  );
}
