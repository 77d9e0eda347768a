import { Network } from "lucide-react";
import { GraphView } from "../graph/lazy";
import { LatestScan } from "./pick";

export default function LatestGraph() {
  return (
    <LatestScan label="Workflow graph" icon={Network} padded={false}>
      {(scan) => <GraphView key={scan.id} scan={scan} />}
    </LatestScan>
  );
}
