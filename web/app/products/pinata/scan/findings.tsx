import { FindingsCard } from "./findings-card";
import { useScanContext } from "./layout";

export default function Findings() {
  const { scan } = useScanContext();
  return <FindingsCard scan={scan} />;
}
