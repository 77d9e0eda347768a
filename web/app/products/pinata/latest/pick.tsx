import { useInfiniteQuery } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useFilters } from "~/lib/filters";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Select } from "~/ui/field";
import { Page } from "~/ui/page";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { scansQuery } from "../api";
import { SampleButton } from "../sample-button";
import type { Scan } from "../types";

/** Of each repository its newest scan; scans come newest first. */
export function newestScans(scans: Scan[]): Scan[] {
  const seen = new Set<string>();
  return scans.filter((scan) => !seen.has(scan.repository.id) && seen.add(scan.repository.id));
}

interface Props {
  label: string;
  icon: LucideIcon;
  padded?: boolean;
  children: (scan: Scan, picker: ReactNode) => ReactNode;
}

/** A page about the newest finished scan of a repository, which is chosen at its top and kept in the address. */
export function LatestScan({ label, icon, padded, children }: Props) {
  const org = useOrg();
  const [{ repository }, set] = useFilters("repository");
  const query = useInfiniteQuery(scansQuery(org, "succeeded"));
  const newest = newestScans(query.data?.pages.flatMap((page) => page.items) ?? []);
  const scan = newest.find((one) => one.repository.id === repository) ?? newest[0];
  const picker = newest.length > 0 && (
    <Select
      aria-label="Repository"
      className="h-8 w-auto max-w-52"
      value={scan?.repository.id}
      onChange={(event) => set({ repository: event.target.value })}
    >
      {newest.map((one) => (
        <option key={one.id} value={one.repository.id}>
          {one.repository.name} #{one.number}
        </option>
      ))}
    </Select>
  );
  return (
    <Page crumbs={[{ label }]} padded={padded || !scan} actions={picker}>
      {query.isPending && (
        <>
          {padded && <h1 className="sr-only">{label}</h1>}
          <Skeleton className="h-96 w-full rounded-lg" />
        </>
      )}
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && !scan && (
        <Empty
          icon={icon}
          title="No finished scan yet"
          action={
            <>
              <Button variant="primary" size="md" asChild>
                <Link to={`/${org}/pinata/repositories/new`}>Scan a repository</Link>
              </Button>
              <SampleButton size="md" />
            </>
          }
        >
          As soon as one is finished, what it found will be here.
        </Empty>
      )}
      {scan && children(scan, picker)}
    </Page>
  );
}
