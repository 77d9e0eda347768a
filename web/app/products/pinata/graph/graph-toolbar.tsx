import { Image, ListTree } from "lucide-react";
import { useMemo } from "react";
import { Link } from "react-router";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Select } from "~/ui/field";
import { MenuItem, MenuLine } from "~/ui/menu";
import { ExportMenu } from "../scan/scan-actions";
import type { ColumnarGraph, Scan } from "../types";
import { folders } from "./columnar";
import { NodeSearch } from "./node-search";

interface Props {
  graph: ColumnarGraph;
  scan: Scan;
  filters: { hide: string; service: string; folder: string };
  onFilter: (change: { service?: string; folder?: string }) => void;
  onFind: (index: number) => void;
  onSave: () => void;
}

export function GraphToolbar({ graph, scan, filters, onFilter, onFind, onSave }: Props) {
  const org = useOrg();
  const places = useMemo(() => folders(graph), [graph]);
  const hidden = filters.hide.split(",").filter(Boolean);
  const kind = hidden.length > 0 ? graph.kinds.filter((one) => !hidden.includes(one)).join(",") : "";
  const list = new URLSearchParams(
    Object.entries({ service: filters.service, folder: filters.folder }).filter(([, value]) => value),
  ).toString();
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b bg-surface px-3 py-2 sm:px-4">
      <NodeSearch graph={graph} onFind={onFind} />
      {graph.services.length > 1 && (
        <Select
          aria-label="Service"
          className="h-8 w-auto max-w-44 max-sm:flex-1"
          value={filters.service}
          onChange={(event) => onFilter({ service: event.target.value })}
        >
          <option value="">All services</option>
          {graph.services.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Select>
      )}
      <Select
        aria-label="Folder"
        className="h-8 w-auto max-w-52 max-sm:flex-1"
        value={filters.folder}
        onChange={(event) => onFilter({ folder: event.target.value })}
      >
        <option value="">All folders</option>
        {places.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </Select>
      <div className="ml-auto flex gap-2">
        <Button size="md" variant="ghost" asChild>
          <Link to={`/${org}/pinata/scans/${scan.id}${list ? `?${list}` : ""}`}>
            <ListTree aria-hidden="true" /> Read as a list
          </Link>
        </Button>
        <ExportMenu org={org} scan={scan} filters={{ kind, service: filters.service, folder: filters.folder }}>
          <MenuLine />
          <MenuItem onSelect={onSave} className="py-1.5">
            <span className="flex-1">
              <span className="block font-medium">PNG</span>
              <span className="block text-xs text-fg-3">This view, as a picture</span>
            </span>
            <Image aria-hidden="true" />
          </MenuItem>
        </ExportMenu>
      </div>
    </div>
  );
}
