import { useInfiniteQuery } from "@tanstack/react-query";
import { count } from "~/lib/format";
import { Spinner } from "~/ui/spinner";
import { repositoriesQuery, scansQuery, useScansTopic } from "./api";

export function RepositoryCount({ org }: { org: string }) {
  const pages = useInfiniteQuery(repositoriesQuery(org)).data?.pages;
  if (!pages) return null;
  const known = pages.reduce((sum, page) => sum + page.items.length, 0);
  const more = pages[pages.length - 1]?.next ? "+" : "";
  return (
    <span className="num text-xs font-normal text-fg-2">
      {count(known)}
      {more}
    </span>
  );
}

export function ScanRing({ org }: { org: string }) {
  useScansTopic(org);
  const running = useInfiniteQuery(scansQuery(org)).data?.pages[0]?.counts.running ?? 0;
  if (running === 0) return null;
  return (
    <span className="text-product">
      <Spinner />
      <span className="sr-only">{running} running</span>
    </span>
  );
}
