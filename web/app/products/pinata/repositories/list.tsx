import { useInfiniteQuery } from "@tanstack/react-query";
import { FolderGit2, Plus, SearchX } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { useCan } from "~/api/queries";
import { useFilters, useTypedFilter } from "~/lib/filters";
import { ago, count } from "~/lib/format";
import { useMedia, useNow } from "~/lib/hooks";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { type Column, DataTable } from "~/ui/data-table";
import { Empty } from "~/ui/empty";
import { Kbd } from "~/ui/kbd";
import { Page, PageHead } from "~/ui/page";
import { ProblemNote } from "~/ui/problem";
import { SearchBox } from "~/ui/search-box";
import { SkeletonRows } from "~/ui/skeleton";
import { repositoriesQuery, useScansTopic } from "../api";
import { SampleButton } from "../sample-button";
import { StatusBadge } from "../status";
import type { Repository } from "../types";
import { LanguageWords } from "./language-mix";
import { SourceLine } from "./source-line";

export default function Repositories() {
  const org = useOrg();
  useScansTopic(org);
  const navigate = useNavigate();
  const now = useNow(10_000);
  const narrow = useMedia("(max-width: 767px)");
  const may = useCan(org, "pinata.repositories.write");
  const [{ q }, set] = useFilters("q");
  const [typed, setTyped] = useTypedFilter(q, (value) => set({ q: value }));
  const query = useInfiniteQuery(repositoriesQuery(org, q));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const open = (one: Repository) => navigate(`/${org}/pinata/repositories/${one.id}`);

  const columns: Column<Repository>[] = [
    {
      id: "name",
      header: "Repository",
      cell: ({ row: { original: one } }) => (
        <div className="min-w-0 py-1">
          <Link
            data-open
            to={`/${org}/pinata/repositories/${one.id}`}
            className="block truncate rounded-sm font-semibold"
            onClick={(event) => event.stopPropagation()}
          >
            {one.name}
          </Link>
          <SourceLine source={one.source} className="max-w-full" />
        </div>
      ),
      className: "max-w-0 w-[45%] max-md:w-full",
    },
    {
      id: "languages",
      header: "Languages",
      cell: ({ row }) => <LanguageWords mix={row.original.language_mix} />,
      className: "max-lg:hidden",
    },
    {
      id: "status",
      header: "Last scan",
      cell: ({ row: { original: one } }) =>
        one.last_scan ? <StatusBadge status={one.last_scan.status} /> : <span className="text-fg-3">None yet</span>,
      className: "max-sm:text-right",
    },
    {
      id: "when",
      header: "When",
      cell: ({ row: { original: one } }) => (
        <span className="num whitespace-nowrap text-fg-2">
          {one.last_scan ? ago(one.last_scan.created_at, now) : "–"}
        </span>
      ),
      className: "max-md:hidden",
    },
    {
      id: "scans",
      header: "Scans",
      cell: ({ row }) => <span className="num">{count(row.original.scans)}</span>,
      className: "text-right max-md:hidden",
    },
  ];

  const none = query.isSuccess && rows.length === 0;
  return (
    <Page crumbs={[{ label: "Repositories" }]}>
      <PageHead title="Repositories">
        {may && (
          <Button variant="primary" size="md" asChild>
            <Link to={`/${org}/pinata/repositories/new`}>
              <Plus aria-hidden="true" /> Scan a repository{" "}
              <Kbd className="border-0 bg-transparent text-primary-fg opacity-70">N</Kbd>
            </Link>
          </Button>
        )}
      </PageHead>
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      <Card className="overflow-hidden">
        {!(none && !q) && (
          <div className="border-b p-2">
            <SearchBox label="Find a repository" value={typed} onChange={setTyped} className="max-w-72" />
          </div>
        )}
        {query.isPending && <SkeletonRows />}
        {none && !q && (
          <Empty
            icon={FolderGit2}
            title="No repositories yet"
            action={
              may && (
                <>
                  <Button variant="primary" size="md" asChild>
                    <Link to={`/${org}/pinata/repositories/new`}>Scan a repository</Link>
                  </Button>
                  <SampleButton size="md" />
                </>
              )
            }
          >
            Point Pinata at one and see how data flows through it.
          </Empty>
        )}
        {none && q && (
          <Empty
            icon={SearchX}
            title={`Nothing is called “${q}”`}
            action={<Button onClick={() => setTyped("")}>Show all repositories</Button>}
          />
        )}
        {rows.length > 0 && (
          <DataTable
            label="Repositories"
            rows={rows}
            columns={columns}
            rowId={(one) => one.id}
            rowHeight={narrow ? 60 : 56}
            onOpen={open}
            onEnd={() => query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage()}
            className="max-h-[calc(100dvh-15rem)] [&_tbody_tr:last-child_td]:border-b-0"
          />
        )}
      </Card>
    </Page>
  );
}
