import { useInfiniteQuery } from "@tanstack/react-query";
import { ago, dateTime } from "~/lib/format";
import { useNow } from "~/lib/hooks";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { ownAuditQuery } from "./api";
import { actionWords, deviceWords, weight } from "./words";

/** One's own sign-ins and changes, and what was tried on one's account. */
export function RecentActivity() {
  const now = useNow(10_000);
  const query = useInfiniteQuery(ownAuditQuery);
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card>
      <CardHead
        title="Recent activity"
        text="Your sign-ins and changes, and what was tried on your account. If something wasn’t you, change your password."
      />
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
      {query.isPending && <SkeletonRows rows={4} />}
      {query.isSuccess && entries.length === 0 && <p className="border-t px-4 py-6 text-fg-2">Nothing yet.</p>}
      {entries.length > 0 && (
        <ul className="border-t">
          {entries.map((entry) => (
            <li key={entry.id} className="flex min-h-12 items-center gap-3 border-b px-4 py-2 last:border-b-0">
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium">
                  {actionWords(entry.action)}{" "}
                  {weight(entry.action) === "bad" && (
                    <Badge tone="bad" className="ml-1">
                      Failed
                    </Badge>
                  )}
                </p>
                <p className="truncate text-xs text-fg-3">
                  {[deviceWords(entry.user_agent), entry.address].filter(Boolean).join(" · ") || "By Tenantry itself"}
                </p>
              </div>
              <time
                dateTime={entry.at}
                title={dateTime(entry.at)}
                className="num shrink-0 text-xs whitespace-nowrap text-fg-2"
              >
                {ago(entry.at, now)}
              </time>
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="border-t p-2 text-center">
          <Button variant="ghost" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Card>
  );
}
