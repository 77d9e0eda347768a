import { useParams } from "react-router";
import { useOrg } from "~/shell/context";
import { Page } from "~/ui/page";
import { ProblemNote } from "~/ui/problem";
import { useScan } from "../api";
import { scanCrumbs } from "../scan/layout";
import { isOver } from "../types";
import { GraphView, GraphWaiting } from "./lazy";

/** The graph of one scan, as large as the panel. */
export default function GraphPage() {
  const org = useOrg();
  const { scan: id = "" } = useParams();
  const query = useScan(org, id);
  const scan = query.data;
  return (
    <Page
      crumbs={scanCrumbs(org, scan, "Graph")}
      title={scan && `Graph of ${scan.repository.name} #${scan.number}`}
      padded={false}
    >
      {query.error && !scan && (
        <div className="p-6">
          <ProblemNote error={query.error} onRetry={() => query.refetch()} />
        </div>
      )}
      {!query.error && !scan && <GraphWaiting text="Fetching the scan" />}
      {scan && !isOver(scan.status) && <GraphWaiting text="The graph appears when the scan is finished" />}
      {scan && isOver(scan.status) && <GraphView key={scan.id} scan={scan} />}
    </Page>
  );
}
