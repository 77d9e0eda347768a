import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Outlet, useOutletContext, useParams } from "react-router";
import { useNow } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Page, PageFault } from "~/ui/page";
import { Skeleton } from "~/ui/skeleton";
import { repositoryScansQuery, useScan } from "../api";
import { LanguagesCard } from "../languages-card";
import { isOver, type Scan } from "../types";
import { FailedCard } from "./failed-card";
import { FoundCard } from "./found-card";
import { LogCard } from "./log-card";
import { MetricCards } from "./metric-cards";
import { ProgressCard } from "./progress-card";
import { ScanActions } from "./scan-actions";
import { ScanHead } from "./scan-head";
import { ScanTabs } from "./scan-tabs";

export function useScanContext(): { scan: Scan } {
  return useOutletContext<{ scan: Scan }>();
}

export function scanCrumbs(org: string, scan: Scan | undefined, last?: string) {
  const base = `/${org}/pinata`;
  return [
    { label: "Repositories", to: `${base}/repositories` },
    ...(scan ? [{ label: scan.repository.name, to: `${base}/repositories/${scan.repository.id}` }] : []),
    { label: scan ? `Scan #${scan.number}` : "Scan", to: scan && `${base}/scans/${scan.id}` },
    ...(last ? [{ label: last }] : []),
  ];
}

export default function ScanPage() {
  const org = useOrg();
  const { scan: id = "" } = useParams();
  const query = useScan(org, id);
  const scan = query.data;
  if (query.error && !scan) {
    return (
      <Page crumbs={scanCrumbs(org, undefined)}>
        <PageFault
          error={query.error}
          onRetry={() => query.refetch()}
          action={
            <Button size="md" variant="primary" asChild>
              <Link to={`/${org}/pinata/scans`}>All scans</Link>
            </Button>
          }
        />
      </Page>
    );
  }
  return (
    <Page
      crumbs={scanCrumbs(org, scan)}
      title={scan && `${scan.repository.name} #${scan.number}`}
      actions={scan && <ScanActions scan={scan} place="bar" />}
    >
      {scan ? <Loaded scan={scan} key={scan.id} /> : <Loading />}
    </Page>
  );
}

function Loaded({ scan }: { scan: Scan }) {
  const org = useOrg();
  const now = useNow(1000);
  const [chosen, setLog] = useState<boolean | null>(null);
  // While it runs the log is what there is to see; the results take its place.
  const log = chosen ?? !isOver(scan.status);
  const history = useQuery(repositoryScansQuery(org, scan.repository.id)).data?.items ?? [];
  const done = scan.status === "succeeded";
  return (
    <>
      <ScanHead scan={scan} now={now} />
      {scan.error && <FailedCard scan={scan} />}
      <ProgressCard scan={scan} now={now} logOpen={log} onToggleLog={() => setLog(!log)} />
      {log && done && <LogCard scan={scan} />}
      {(done || !isOver(scan.status)) && <MetricCards scan={scan} history={history} />}
      {log && !done && <LogCard scan={scan} />}
      {done && (
        <div className="mt-4 grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_17.5rem]">
          <div className="min-w-0">
            <ScanTabs scan={scan} />
            <Outlet context={{ scan }} />
          </div>
          <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-1">
            <FoundCard scan={scan} />
            <LanguagesCard mix={scan.languages} />
          </div>
        </div>
      )}
    </>
  );
}

function Loading() {
  return (
    <div role="status" aria-label="Loading the scan">
      <h1 className="sr-only">Scan</h1>
      <Skeleton className="h-7 w-52" />
      <Skeleton className="mt-2 h-4 w-80" />
      <Skeleton className="mt-5 h-40 w-full rounded-lg" />
      <div className="mt-4 grid grid-cols-2 gap-4 lg:grid-cols-4">
        {["a", "b", "c", "d"].map((one) => (
          <Skeleton key={one} className="h-28 rounded-lg" />
        ))}
      </div>
      <Skeleton className="mt-4 h-80 w-full rounded-lg" />
    </div>
  );
}
