import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Activity, RotateCw } from "lucide-react";
import { lazy, Suspense } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useCan } from "~/api/queries";
import { dateTime, plural } from "~/lib/format";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { Empty } from "~/ui/empty";
import { Page, PageFault, PageHead } from "~/ui/page";
import { ProblemNote } from "~/ui/problem";
import { Skeleton, SkeletonRows } from "~/ui/skeleton";
import { repositoryQuery, repositoryScansQuery, useScansTopic } from "../api";
import { LanguagesCard } from "../languages-card";
import { ScanTable } from "../scans/scan-table";
import { StatusBadge } from "../status";
import { useScanAgain } from "../use-scan-again";
import { DangerZone } from "./danger-zone";
import { RenameButton } from "./rename";
import { SourceLine } from "./source-line";

// The chart's library is large and only this page draws one.
const HistoryChart = lazy(() => import("./history-chart"));

export default function RepositoryPage() {
  const org = useOrg();
  useScansTopic(org);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { repository: id = "" } = useParams();
  const mayEdit = useCan(org, "pinata.repositories.write");
  const mayScan = useCan(org, "pinata.scans.write");
  const query = useQuery(repositoryQuery(org, id));
  const scans = useQuery(repositoryScansQuery(org, id));
  const again = useScanAgain(org);
  const repository = query.data;
  const crumbs = [
    { label: "Repositories", to: `/${org}/pinata/repositories` },
    { label: repository?.name ?? "Repository" },
  ];
  if (query.error && !repository) {
    return (
      <Page crumbs={crumbs}>
        <PageFault
          error={query.error}
          onRetry={() => query.refetch()}
          action={
            <Button size="md" variant="primary" asChild>
              <Link to={`/${org}/pinata/repositories`}>All repositories</Link>
            </Button>
          }
        />
      </Page>
    );
  }
  const items = scans.data?.items ?? [];
  const finished = items.filter((scan) => scan.status === "succeeded").reverse();
  return (
    <Page crumbs={crumbs}>
      <PageHead
        title={
          repository?.name ?? (
            <>
              <span className="sr-only">Repository</span>
              <Skeleton className="h-7 w-48" />
            </>
          )
        }
        badge={repository?.last_scan && <StatusBadge status={repository.last_scan.status} />}
        text={
          repository && (
            <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <SourceLine source={repository.source} />
              {repository.source.branch && (
                <span className="font-mono text-xs text-fg-3">{repository.source.branch}</span>
              )}
              <span className="text-xs text-fg-3">Added {dateTime(repository.created_at)}</span>
            </span>
          )
        }
      >
        {repository && mayEdit && <RenameButton repository={repository} />}
        {repository && mayScan && (
          <Button variant="primary" size="md" busy={again.isPending} onClick={() => again.mutate({ repository: id })}>
            {!again.isPending && <RotateCw aria-hidden="true" />} Scan now
          </Button>
        )}
      </PageHead>
      <div className="grid items-start gap-4 lg:grid-cols-[1fr_17.5rem]">
        <div className="grid min-w-0 gap-4">
          {finished.length >= 2 && (
            <Card>
              <CardHead
                title="What was found over time"
                text={`In the last ${plural(finished.length, "finished scan")}`}
              />
              <Suspense fallback={<Skeleton className="mx-4 mb-4 h-52" />}>
                <HistoryChart scans={finished} />
              </Suspense>
            </Card>
          )}
          <Card className="overflow-hidden">
            <CardHead title="Scans" />
            <div className="border-t">
              {scans.isPending && <SkeletonRows rows={4} />}
              {scans.error && <ProblemNote error={scans.error} onRetry={() => scans.refetch()} className="m-4" />}
              {scans.isSuccess && items.length === 0 && (
                <Empty icon={Activity} title="Not scanned yet">
                  The first scan shows routes, calls, tables and the paths between them.
                </Empty>
              )}
              {items.length > 0 && (
                <ScanTable
                  scans={items}
                  named={false}
                  className="max-h-[28rem] [&_tbody_tr:last-child_td]:border-b-0"
                />
              )}
            </div>
          </Card>
        </div>
        <div className="grid gap-4">{repository && <LanguagesCard mix={repository.language_mix} />}</div>
      </div>
      {repository && mayEdit && (
        <DangerZone
          repository={repository}
          onDeleted={async () => {
            await navigate(`/${org}/pinata/repositories`);
            client.removeQueries({ queryKey: repositoryQuery(org, id).queryKey });
          }}
        />
      )}
    </Page>
  );
}
