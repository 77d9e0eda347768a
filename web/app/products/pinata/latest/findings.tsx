import { ListTree } from "lucide-react";
import { PageHead } from "~/ui/page";
import { FindingsCard } from "../scan/findings-card";
import { LatestScan } from "./pick";
import { ScanLine } from "./scan-line";

export default function LatestFindings() {
  return (
    <LatestScan label="Findings" icon={ListTree} padded>
      {(scan) => (
        <>
          <PageHead title="Findings" text={<ScanLine scan={scan} />} />
          <FindingsCard key={scan.id} scan={scan} />
        </>
      )}
    </LatestScan>
  );
}
