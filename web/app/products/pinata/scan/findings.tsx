import { useScanContext } from "./layout";
import { FindingsCard } from "./findings-card";

export default function Findings() {
  const { scan } = useScanContext();
  return <FindingsCard scan={scan} />;
}
