import { useState } from "react";
import { count } from "~/lib/format";
import { Button } from "~/ui/button";
import { KindMark } from "./kind-mark";
import { kindOf } from "./kinds";
import type { Neighbour } from "./types";

const FIRST = 8;

interface Props {
  title: string;
  neighbours: Neighbour[];
  onOpen: (node: string) => void;
}

/** The nodes on one side of an edge, with the place in the code that shows the edge. */
export function NeighbourList({ title, neighbours, onOpen }: Props) {
  const [all, setAll] = useState(false);
  if (neighbours.length === 0) return null;
  const shown = all ? neighbours : neighbours.slice(0, FIRST);
  return (
    <section>
      <h3 className="mb-1 flex items-baseline gap-2 font-semibold">
        {title} <span className="num text-xs font-normal text-fg-3">{count(neighbours.length)}</span>
      </h3>
      <ul className="grid grid-cols-[minmax(0,1fr)]">
        {shown.map(({ node, edge }) => {
          const proof = edge.evidence[0];
          return (
            <li key={`${node.id} ${edge.kind}`}>
              <button
                type="button"
                onClick={() => onOpen(node.id)}
                className="flex w-full items-start gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover"
              >
                <KindMark kind={node.kind} className="mt-1.5" />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{node.name}</span>
                  <span className="block truncate text-xs text-fg-3">
                    <span className="sr-only">{kindOf(node.kind).word}, </span>
                    {edge.kind.replace(/_/g, " ")}
                    {proof && (
                      <span className="font-mono">
                        {" "}
                        at {proof.file}:{proof.line}
                      </span>
                    )}
                  </span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {neighbours.length > FIRST && (
        <Button variant="ghost" onClick={() => setAll(!all)} className="mt-1">
          {all ? "Show fewer" : `Show all ${count(neighbours.length)}`}
        </Button>
      )}
    </section>
  );
}
