import {
  ArrowDownToLine,
  ArrowUpFromLine,
  Boxes,
  Database,
  FileCode,
  Globe,
  type LucideIcon,
  RadioTower,
  Route,
  SquareFunction,
} from "lucide-react";

export const metricWords: Record<string, { label: string; icon: LucideIcon }> = {
  routes: { label: "Routes", icon: Route },
  functions: { label: "Functions", icon: SquareFunction },
  tables: { label: "Tables", icon: Database },
  reads: { label: "Reads", icon: ArrowDownToLine },
  writes: { label: "Writes", icon: ArrowUpFromLine },
  http_calls: { label: "HTTP calls", icon: Globe },
  topics: { label: "Topics", icon: RadioTower },
  services: { label: "Services", icon: Boxes },
  files: { label: "Files", icon: FileCode },
};

export const metricOrder = Object.keys(metricWords);

/** The four that stand on cards; the rest are listed beside. */
export const cardMetrics = ["routes", "functions", "tables", "writes"] as const;
