import { useInfiniteQuery } from "@tanstack/react-query";
import { Activity, Plus } from "lucide-react";
import { Link } from "react-router";
import { useCan } from "~/api/queries";
import { useFilters } from "~/lib/filters";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { Empty } from "~/ui/empty";
import { FilterTabs } from "~/ui/filter-tabs";
import { Kbd } from "~/ui/kbd";
import { Page, PageHead } from "~/ui/page";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { scansQuery, useScansTopic } from "../api";
import { ScanTable } from "./scan-table";

const statuses = ["running", "succeeded", "failed", "cancelled"] as const;

export default function Scans() {
  const org = useOrg();
  useScansTopic(org);
  const may = useCan(org, "pinata.repositories.write");
  const [filters] = useFilters("status");
  const status = statuses.find((one) => one === filters.status) ?? "";
  const query = useInfiniteQuery(scansQuery(org, status));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const counts = query.data?.pages[0]?.counts;
  return (
    <Page crumbs={[{ label: "Scans" }]}>
      <PageHead title="Scans">
        {may && (
          <Button variant="primary" size="md" asChild>
            <Link to={`/${org}/pinata/repositories/new`}>
              <Plus aria-hidden="true" /> Scan a repository{" "}
              <Kbd className="border-0 bg-transparent text-primary-fg opacity-70">N</Kbd>
            </Link>
          </Button>
        )}
      </PageHead>
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="mb-4" />}
      <Card className="overflow-hidden">
        <div className="border-b p-2">
          <FilterTabs
            name="status"
            label="Scans by status"
            tabs={[
              { value: "", label: "All", count: counts?.all },
              { value: "running", label: "Running", count: counts?.running },
              { value: "succeeded", label: "Finished", count: counts?.succeeded },
              { value: "failed", label: "Failed", count: counts?.failed },
              { value: "cancelled", label: "Cancelled", count: counts?.cancelled },
            ]}
          />
        </div>
        {query.isPending && <SkeletonRows rows={8} />}
        {query.isSuccess && rows.length === 0 && (
          <Empty icon={Activity} title={status ? "No scans like that" : "No scans yet"}>
            {status ? "Another tab may have what you look for." : "Every scan of every repository will be listed here."}
          </Empty>
        )}
        {rows.length > 0 && (
          <ScanTable
            scans={rows}
            onEnd={() => query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage()}
            className="max-h-[calc(100dvh-17rem)] [&_tbody_tr:last-child_td]:border-b-0"
          />
        )}
        {rows.length > 0 && (
          <div className="flex h-11 items-center gap-1.5 border-t px-4 text-xs text-fg-2 max-md:hidden">
            <Kbd>J</Kbd> <Kbd>K</Kbd> to move, <Kbd>↵</Kbd> to open
          </div>
        )}
      </Card>
    </Page>
  );
}
