import { SchemaView } from "../schema/schema-view";
import { useScanContext } from "./layout";

export default function Tables() {
  const { scan } = useScanContext();
  return <SchemaView scan={scan} />;
}
