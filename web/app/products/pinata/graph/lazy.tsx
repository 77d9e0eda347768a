import { lazy, Suspense } from "react";
import { Spinner } from "~/ui/spinner";
import type { Scan } from "../types";

const View = lazy(() => import("./graph-view"));

/** The graph with its libraries, which only the pages that draw it load. */
export function GraphView({ scan }: { scan: Scan }) {
  return (
    <Suspense fallback={<GraphWaiting text="Opening the graph" />}>
      <View scan={scan} />
    </Suspense>
  );
}

export function GraphWaiting({ text }: { text: string }) {
  return (
    <div role="status" className="flex h-full items-center justify-center gap-2 bg-sunken text-fg-2">
      <Spinner /> {text}…
    </div>
  );
}
