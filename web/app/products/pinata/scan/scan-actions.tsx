import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, Network, Plus, RotateCw, Square } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useCan } from "~/api/queries";
import { useFilters } from "~/lib/filters";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Kbd } from "~/ui/kbd";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "~/ui/menu";
import { toast, toastProblem } from "~/ui/toast";
import { exportUrl, type NodeFilters, refreshLists, scanQuery, scans } from "../api";
import { isOver, type Scan } from "../types";
import { useScanAgain } from "../use-scan-again";

/** Says that the scan is cancelled as soon as it is asked for; the server stops it within a second. */
function useCancel(org: string, id: string) {
  const client = useQueryClient();
  const { queryKey } = scanQuery(org, id);
  return useMutation({
    mutationFn: () => scans.cancel(org, id),
    onMutate: async () => {
      await client.cancelQueries({ queryKey, exact: true });
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (old) => old && { ...old, status: "cancelled" as const });
      return { before };
    },
    onSuccess: (scan) => {
      client.setQueryData(queryKey, scan);
      toast("The scan was cancelled.");
    },
    onError: (error, _, context) => {
      client.setQueryData(queryKey, context?.before);
      toastProblem(error);
    },
    onSettled: () => refreshLists(client, org),
  });
}

export function ScanActions({ scan, place }: { scan: Scan; place: "bar" | "head" }) {
  const org = useOrg();
  const mayScan = useCan(org, "pinata.scans.write");
  const [filters] = useFilters("kind", "q", "service", "folder");
  const cancel = useCancel(org, scan.id);
  const again = useScanAgain(org);
  if (place === "bar") {
    if (!mayScan) return null;
    return (
      <Button asChild className="max-sm:hidden">
        <Link to={`/${org}/pinata/repositories/new`}>
          <Plus aria-hidden="true" /> New scan <Kbd>N</Kbd>
        </Link>
      </Button>
    );
  }
  const over = isOver(scan.status);
  const rerun = (
    <Button
      size="md"
      variant={scan.status === "succeeded" ? "outline" : "primary"}
      busy={again.isPending}
      onClick={() => again.mutate({ repository: scan.repository.id, branch: scan.branch ?? undefined })}
    >
      {!again.isPending && <RotateCw aria-hidden="true" />} Scan again
    </Button>
  );
  return (
    <>
      {scan.status === "succeeded" && <ExportMenu org={org} scan={scan} filters={filters} />}
      {!over && mayScan && (
        <Button size="md" onClick={() => cancel.mutate()}>
          <Square aria-hidden="true" /> Cancel
        </Button>
      )}
      {over && mayScan && rerun}
      {scan.status === "succeeded" && (
        <Button size="md" variant="primary" asChild>
          <Link to={`/${org}/pinata/scans/${scan.id}/graph`}>
            <Network aria-hidden="true" /> Open graph
          </Link>
        </Button>
      )}
    </>
  );
}

const formats = [
  { format: "json", label: "JSON", text: "The whole scan, as pinata.scan/1" },
  { format: "csv", label: "CSV", text: "What was found, row by row" },
  { format: "mermaid", label: "Mermaid", text: "The graph as a diagram" },
] as const;

interface ExportProps {
  org: string;
  scan: Scan;
  /** What the page shows; tables and diagrams hold no more than that. */
  filters: Partial<NodeFilters>;
  children?: ReactNode;
}

export function ExportMenu({ org, scan, filters, children }: ExportProps) {
  const filtered = Object.values(filters).some(Boolean);
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="md">
          <Download aria-hidden="true" /> Export
        </Button>
      </MenuTrigger>
      <MenuContent align="end" className="w-60">
        {formats.map(({ format, label, text }) => (
          <MenuItem key={format} asChild className="py-1.5">
            <a href={exportUrl(org, scan.id, format, format === "json" ? {} : filters)} download>
              <span>
                <span className="block font-medium">{label}</span>
                <span className="block text-xs text-fg-2">
                  {filtered && format !== "json" ? "Only what the filters leave" : text}
                </span>
              </span>
            </a>
          </MenuItem>
        ))}
        {children}
      </MenuContent>
    </Menu>
  );
}
