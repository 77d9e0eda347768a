import { useQuery } from "@tanstack/react-query";
import { Network } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Button } from "~/ui/button";
import { CopyButton } from "~/ui/copy-button";
import { SidePanel } from "~/ui/dialog";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { SourceLines } from "~/ui/source-lines";
import { nodeQuery } from "./api";
import { Confidence } from "./confidence";
import { KindWord } from "./kind-mark";
import { NeighbourList } from "./neighbours";
import { PathList } from "./paths";
import { Place } from "./place";
import type { NodeDetail } from "./types";

interface Props {
  org: string;
  scan: string;
  /** The open node's id; empty when none is. */
  node: string;
  onChange: (node: string) => void;
  /** In the graph: draws a path there instead of leading to it. */
  onPath?: (ids: string[]) => void;
}

/** The panel of one node: source, evidence, neighbours, and where its data goes. */
export function NodePanel({ org, scan, node, onChange, onPath }: Props) {
  const query = useQuery(nodeQuery(org, scan, node));
  const found = query.data;
  return (
    <SidePanel
      open={node !== ""}
      onOpenChange={(open) => !open && onChange("")}
      title={found?.name ?? "…"}
      text={found && <KindWord kind={found.kind} className="text-xs" />}
    >
      {query.isPending && <PanelSkeleton />}
      {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      {found && (
        <NodeBody
          key={found.id}
          node={found}
          onOpen={onChange}
          paths={<PathList org={org} scan={scan} node={found.id} onOpen={onChange} onPath={onPath} />}
          action={
            !onPath && (
              <Button asChild>
                <Link to={`/${org}/pinata/scans/${scan}/graph?node=${encodeURIComponent(found.id)}`}>
                  <Network aria-hidden="true" /> Show in the graph
                </Link>
              </Button>
            )
          }
        />
      )}
    </SidePanel>
  );
}

interface BodyProps {
  node: NodeDetail;
  onOpen: (node: string) => void;
  paths: ReactNode;
  action: ReactNode;
}

function NodeBody({ node, onOpen, paths, action }: BodyProps) {
  const place = node.file ? `${node.file}${node.line ? `:${node.line}` : ""}` : null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        {place && (
          <div className="flex min-w-0 items-center gap-1">
            <Place file={node.file} line={node.line} className="min-w-0 break-all" />
            <CopyButton text={place} label="Copy the location" />
          </div>
        )}
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-fg-2">
          {node.service && <span>Service {node.service}</span>}
          {node.language && <span>{node.language}</span>}
          <span>
            Sure <Confidence value={node.confidence} />
          </span>
        </div>
        {node.source ? (
          <SourceLines
            label={`Source of ${node.name}`}
            firstLine={node.source.first_line}
            lines={node.source.lines}
            highlight={node.source.highlight}
          />
        ) : (
          node.file && <p className="text-xs text-fg-3">The source lines of this place weren't kept.</p>
        )}
        <Detail detail={node.detail} />
        {action && <div>{action}</div>}
      </div>
      {paths}
      <NeighbourList title="Comes from" neighbours={node.incoming} onOpen={onOpen} />
      <NeighbourList title="Leads to" neighbours={node.outgoing} onOpen={onOpen} />
    </div>
  );
}

/** What the engine noted beside: an object of a few short facts, or a sentence. */
function Detail({ detail }: { detail: unknown }) {
  if (typeof detail === "string" && detail) return <p className="text-fg-2">{detail}</p>;
  if (typeof detail !== "object" || detail === null) return null;
  const facts = Object.entries(detail).filter(
    ([, value]) => ["string", "number", "boolean"].includes(typeof value) || Array.isArray(value),
  );
  if (facts.length === 0) return null;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-fg-3">{name.replace(/_/g, " ")}</dt>
          <dd className="min-w-0 font-mono break-words">{Array.isArray(value) ? value.join(", ") : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function PanelSkeleton() {
  return (
    <div className="grid gap-3" role="status" aria-label="Loading">
      <Skeleton className="h-4 w-2/3" />
      <Skeleton className="h-44 w-full rounded-md" />
      <Skeleton className="h-4 w-1/3" />
      <Skeleton className="h-4 w-3/4" />
      <Skeleton className="h-4 w-2/3" />
    </div>
  );
}
