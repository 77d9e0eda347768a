import { NavLink } from "react-router";
import { cn } from "~/lib/classes";
import { useOrg } from "~/shell/context";
import type { Scan } from "../types";

const tabs = [
  { path: "", label: "Findings" },
  { path: "/graph", label: "Graph" },
  { path: "/tables", label: "Tables" },
  { path: "/changes", label: "Changes" },
  { path: "/diagnostics", label: "Diagnostics" },
];

export function ScanTabs({ scan, className }: { scan: Scan; className?: string }) {
  const org = useOrg();
  return (
    <nav aria-label="Parts of the scan" className={cn("mb-3 flex gap-4 overflow-x-auto border-b", className)}>
      {tabs.map((tab) => (
        <NavLink
          key={tab.path}
          to={`/${org}/pinata/scans/${scan.id}${tab.path}`}
          end
          preventScrollReset
          className={({ isActive }) =>
            cn(
              "-mb-px border-b-2 border-transparent px-0.5 py-2 text-fg-2 hover:text-fg",
              isActive && "border-product font-semibold text-fg",
            )
          }
        >
          {tab.label}
        </NavLink>
      ))}
    </nav>
  );
}
