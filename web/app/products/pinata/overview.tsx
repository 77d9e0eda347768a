import { useInfiniteQuery } from "@tanstack/react-query";
import { FolderGit2, Plus } from "lucide-react";
import { Link } from "react-router";
import { useCan } from "~/api/queries";
import { ago, count, percent } from "~/lib/format";
import { useNow } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { Kbd } from "~/ui/kbd";
import { Page, PageHead } from "~/ui/page";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { repositoriesQuery, scansQuery, useScansTopic } from "./api";
import { FirstRun } from "./first-run";
import { newestScans } from "./latest/pick";
import { metricOrder, metricWords } from "./metrics";
import { LanguageBar } from "./repositories/language-mix";
import { SourceLine } from "./repositories/source-line";
import { phaseWords } from "./scan/progress-card";
import { ScanTable } from "./scans/scan-table";
import { StatusBadge } from "./status";
import { isOver, type Repository, type Scan } from "./types";

export default function Overview() {
  const org = useOrg();
  useScansTopic(org);
  const may = useCan(org, "pinata.repositories.write");
  const repositories = useInfiniteQuery(repositoriesQuery(org));
  const scans = useInfiniteQuery(scansQuery(org));
  const failed = repositories.error ?? scans.error;
  const list = repositories.data?.pages[0]?.items;
  const recent = scans.data?.pages[0]?.items;
  if (list?.length === 0) return <FirstRun />;
  return (
    <Page crumbs={[{ label: "Overview" }]} title="Pinata Code">
      <PageHead title="Overview">
        {may && (
          <Button variant="primary" size="md" asChild>
            <Link to={`/${org}/pinata/repositories/new`}>
              <Plus aria-hidden="true" /> Scan a repository{" "}
              <Kbd className="border-0 bg-transparent text-primary-fg opacity-70">N</Kbd>
            </Link>
          </Button>
        )}
      </PageHead>
      {failed && <ProblemNote error={failed} className="mb-4" />}
      {recent
        ?.filter((scan) => !isOver(scan.status))
        .map((scan) => (
          <RunningLine key={scan.id} scan={scan} />
        ))}
      <Totals scans={recent} />
      <div className="mt-4 grid gap-4">
        <section aria-labelledby="repositories">
          <div className="mb-2 flex items-baseline justify-between">
            <h2 id="repositories" className="font-semibold">
              Repositories
            </h2>
            <Link to={`/${org}/pinata/repositories`} className="rounded-sm text-xs text-fg-2 hover:text-fg">
              All repositories
            </Link>
          </div>
          <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
            {!list && ["a", "b", "c"].map((one) => <Skeleton key={one} className="h-28 rounded-lg" />)}
            {list?.slice(0, 6).map((one) => (
              <RepositoryCard key={one.id} repository={one} />
            ))}
          </div>
        </section>
        {recent && recent.length > 0 && (
          <Card className="overflow-hidden">
            <CardHead title="Recent scans">
              <Link to={`/${org}/pinata/scans`} className="rounded-sm text-xs text-fg-2 hover:text-fg">
                All scans
              </Link>
            </CardHead>
            <div className="border-t">
              <ScanTable scans={recent.slice(0, 8)} className="[&_tbody_tr:last-child_td]:border-b-0" />
            </div>
          </Card>
        )}
      </div>
    </Page>
  );
}

function RunningLine({ scan }: { scan: Scan }) {
  const org = useOrg();
  return (
    <Link
      to={`/${org}/pinata/scans/${scan.id}`}
      className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-lg border bg-raised px-4 py-3 shadow-card hover:bg-hover"
    >
      <StatusBadge status={scan.status} />
      <span className="font-semibold">
        {scan.repository.name} <span className="num font-normal text-fg-2">#{scan.number}</span>
      </span>
      <span className="text-fg-2">{phaseWords[scan.phase ?? ""]?.doing}</span>
      <span className="num ml-auto text-fg-2">{percent(scan.progress.fraction)}</span>
      <span className="h-1.5 w-full overflow-hidden rounded-full bg-active" aria-hidden="true">
        <span
          className="block h-full rounded-full bg-product transition-[width]"
          style={{ width: percent(scan.progress.fraction, 1) }}
        />
      </span>
    </Link>
  );
}

/** What the newest finished scan of every repository found, together. */
function Totals({ scans }: { scans: Scan[] | undefined }) {
  const newest = newestScans((scans ?? []).filter((scan) => scan.status === "succeeded"));
  const names = metricOrder.filter((name) => !["files", "services", "topics"].includes(name));
  return (
    <Card
      aria-label="Found in all repositories"
      className="grid grid-cols-2 overflow-hidden sm:grid-cols-3 lg:grid-cols-6"
    >
      {names.map((name) => {
        const words = metricWords[name];
        if (!words) return null;
        const sum = newest.reduce((all, scan) => all + (scan.metrics[name] ?? 0), 0);
        return (
          <div key={name} className="-mr-px -mb-px border-r border-b p-4">
            <h2 className="flex items-center gap-2 text-xs text-fg-2">
              <words.icon className="size-3.5 text-fg-3" aria-hidden="true" /> {words.label}
            </h2>
            {scans ? (
              <p className="num mt-1 text-xl font-semibold tracking-tight">{count(sum)}</p>
            ) : (
              <Skeleton className="mt-2 h-5 w-14" />
            )}
          </div>
        );
      })}
    </Card>
  );
}

function RepositoryCard({ repository }: { repository: Repository }) {
  const org = useOrg();
  const now = useNow(30_000);
  const last = repository.last_scan;
  return (
    <Link
      to={`/${org}/pinata/repositories/${repository.id}`}
      className="flex min-w-0 flex-col gap-1 rounded-lg border bg-raised p-4 shadow-card hover:bg-hover"
    >
      <span className="flex items-center justify-between gap-2">
        <span className="flex min-w-0 items-center gap-2 font-semibold">
          <FolderGit2 className="size-4 shrink-0 text-fg-3" aria-hidden="true" />{" "}
          <span className="truncate">{repository.name}</span>
        </span>
        {last && <StatusBadge status={last.status} />}
      </span>
      <SourceLine source={repository.source} />
      <span className="mt-auto pt-3">
        <LanguageBar mix={repository.language_mix} className="h-1.5" />
        <span className="num mt-2 block text-xs text-fg-3">
          {last ? `Scan #${last.number}, ${ago(last.created_at, now)}` : "Not scanned yet"}
        </span>
      </span>
    </Link>
  );
}
