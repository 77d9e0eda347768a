import { useQuery } from "@tanstack/react-query";
import { Database, SearchX } from "lucide-react";
import { useEffect, useMemo } from "react";
import { useLocation } from "react-router";
import { useFilters, useTypedFilter } from "~/lib/filters";
import { count, plural } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { Empty } from "~/ui/empty";
import { FilterTabs } from "~/ui/filter-tabs";
import { ProblemNote } from "~/ui/problem";
import { SearchBox } from "~/ui/search-box";
import { Skeleton } from "~/ui/skeleton";
import { tablesQuery } from "../api";
import type { Scan } from "../types";
import { relationsOf } from "./references";
import { RelationMap } from "./relation-map";
import { TableCard } from "./table-card";

/** The tables a scan found: as cards with their columns, or as a map of what points where. */
export function SchemaView({ scan }: { scan: Scan }) {
  const org = useOrg();
  const { hash } = useLocation();
  const [{ q, view }, set] = useFilters("q", "view");
  const [typed, type] = useTypedFilter(q, (value) => set({ q: value }));
  const query = useQuery(tablesQuery(org, scan.id));
  const tables = useMemo(() => query.data ?? [], [query.data]);
  const relations = useMemo(() => relationsOf(tables), [tables]);
  const wanted = q.toLowerCase();
  const shown = wanted
    ? tables.filter(
        (table) =>
          table.name.toLowerCase().includes(wanted) ||
          table.columns.some((one) => one.name.toLowerCase().includes(wanted)),
      )
    : tables;
  useEffect(() => {
    if (query.isSuccess && hash)
      document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView({ block: "start" });
  }, [hash, query.isSuccess]);

  if (query.error) return <ProblemNote error={query.error} onRetry={() => query.refetch()} />;
  if (query.isSuccess && tables.length === 0) {
    return (
      <Card>
        <Empty icon={Database} title="No tables here">
          Pinata reads them from models and migrations: SQLAlchemy, Django, TypeORM and Prisma for now.
        </Empty>
      </Card>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <FilterTabs
          name="view"
          label="View"
          tabs={[
            { value: "", label: "Tables", count: query.data?.length },
            { value: "relations", label: "Relations", count: query.data && relations.length },
          ]}
        />
        <SearchBox label="Find a table or column" value={typed} onChange={type} className="w-64 max-sm:w-full" />
      </div>
      {query.isPending && (
        <div className="grid gap-4 md:grid-cols-2" role="status" aria-label="Loading">
          {["a", "b", "c", "d"].map((one) => (
            <Skeleton key={one} className="h-56 rounded-lg" />
          ))}
        </div>
      )}
      {query.isSuccess && shown.length === 0 && (
        <Card>
          <Empty
            icon={SearchX}
            title="Nothing matches"
            action={<Button onClick={() => type("")}>Show all tables</Button>}
          />
        </Card>
      )}
      {view === "relations" ? (
        <RelationMap tables={shown} relations={relations} />
      ) : (
        <>
          {shown.length > 0 && wanted && (
            <p className="text-xs text-fg-3" role="status">
              {plural(shown.length, "table")} of {count(tables.length)}
            </p>
          )}
          <div className="grid items-start gap-4 md:grid-cols-2">
            {shown.map((table) => (
              <TableCard key={table.name} table={table} scan={scan.id} relations={relations} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}
