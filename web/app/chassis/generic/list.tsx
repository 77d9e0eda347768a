import { useInfiniteQuery } from "@tanstack/react-query";
import { Inbox, Plus } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { ask } from "~/api/client";
import type { Page as ApiPage } from "~/api/types";
import NotFound from "~/shell/not-found";
import { Button } from "~/ui/button";
import { Card } from "~/ui/card";
import { type Column, DataTable } from "~/ui/data-table";
import { Empty } from "~/ui/empty";
import { Page, PageHead } from "~/ui/page";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { columnFields, type Item, useGeneric } from "./resource";
import { Value } from "./value";

export default function GenericList() {
  const { product, resource, base, path } = useGeneric();
  const navigate = useNavigate();
  const query = useInfiniteQuery({
    queryKey: ["generic", path],
    queryFn: ({ pageParam }) =>
      ask<ApiPage<Item>>(
        "GET",
        `${path}?${new URLSearchParams({ limit: "100", ...(pageParam && { after: pageParam }) })}`,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    enabled: path !== "",
  });
  if (!product || !resource) return <NotFound />;
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const fields = columnFields(resource.schema);
  const columns: Column<Item>[] = fields.map((field, index) => ({
    id: field.name,
    header: field.title,
    cell: ({ row: { original: item } }) =>
      index === 0 ? (
        <Link
          data-open
          to={`${base}/${resource.name}/${item.id}`}
          onClick={(event) => event.stopPropagation()}
          className="block truncate rounded-sm font-semibold"
        >
          <Value value={item[field.name]} schema={field.schema} />
        </Link>
      ) : (
        <span className="line-clamp-1">
          <Value value={item[field.name]} schema={field.schema} />
        </span>
      ),
    className: index > 1 ? "max-md:hidden" : undefined,
  }));
  const add = resource.create && (
    <Button variant="primary" size="md" asChild>
      <Link to={`${base}/${resource.name}/new`}>
        <Plus aria-hidden="true" /> Add
      </Link>
    </Button>
  );
  return (
    <Page crumbs={[{ label: product.name, to: base }, { label: resource.title }]}>
      <PageHead title={resource.title}>{add}</PageHead>
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      <Card className="overflow-hidden">
        {query.isPending && <SkeletonRows />}
        {query.isSuccess && rows.length === 0 && (
          <Empty icon={Inbox} title={`No ${resource.title.toLowerCase()} yet`} action={add}>
            What is added will be listed here.
          </Empty>
        )}
        {rows.length > 0 && (
          <DataTable
            label={resource.title}
            rows={rows}
            columns={columns}
            rowId={(item) => String(item.id)}
            onOpen={(item) => navigate(`${base}/${resource.name}/${item.id}`)}
            onEnd={() => query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage()}
            className="max-h-[calc(100dvh-12rem)] [&_tbody_tr:last-child_td]:border-b-0"
          />
        )}
      </Card>
    </Page>
  );
}
