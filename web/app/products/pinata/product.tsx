import { Activity, Database, FolderGit2, LayoutGrid, ListTree, Network, Plus } from "lucide-react";
import type { ProductInterface } from "~/products";
import { PaletteResults } from "./palette-results";
import { RepositoryCount, ScanRing } from "./sidebar-asides";

export default {
  nav: [
    { label: "Overview", path: "", icon: LayoutGrid },
    { label: "Repositories", path: "/repositories", icon: FolderGit2, Aside: RepositoryCount },
    { label: "Scans", path: "/scans", icon: Activity, Aside: ScanRing },
    { label: "Workflow graph", path: "/graph", icon: Network },
    { label: "Data schema", path: "/schema", icon: Database },
    { label: "Findings", path: "/findings", icon: ListTree },
  ],
  commands: [
    {
      label: "Scan a repository",
      path: "/repositories/new",
      icon: Plus,
      key: "n",
      permission: "pinata.repositories.write",
    },
  ],
  Results: PaletteResults,
} satisfies ProductInterface;
