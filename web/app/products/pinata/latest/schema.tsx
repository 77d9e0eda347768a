import { Database } from "lucide-react";
import { PageHead } from "~/ui/page";
import { SchemaView } from "../schema/schema-view";
import { LatestScan } from "./pick";
import { ScanLine } from "./scan-line";

export default function LatestSchema() {
  return (
    <LatestScan label="Data schema" icon={Database} padded>
      {(scan) => (
        <>
          <PageHead title="Data schema" text={<ScanLine scan={scan} />} />
          <SchemaView key={scan.id} scan={scan} />
        </>
      )}
    </LatestScan>
  );
}
