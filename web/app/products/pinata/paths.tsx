import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Waypoints } from "lucide-react";
import { useState } from "react";
import { cn } from "~/lib/classes";
import { count, plural } from "~/lib/format";
import { Button } from "~/ui/button";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { pathsQuery } from "./api";
import { KindMark } from "./kind-mark";
import { kindOf } from "./kinds";
import type { CodeNode } from "./types";

const FIRST = 5;

interface Props {
  org: string;
  scan: string;
  node: string;
  onOpen: (node: string) => void;
  onPath?: (ids: string[]) => void;
}

/** The ways from a node to what it reads, writes and calls; the shortest first. */
export function PathList({ org, scan, node, onOpen, onPath }: Props) {
  const query = useQuery(pathsQuery(org, scan, node));
  const [chosen, setChosen] = useState(-1);
  const [all, setAll] = useState(false);
  const paths = query.data?.paths ?? [];
  if (query.isSuccess && paths.length === 0) return null;
  const shown = all ? paths : paths.slice(0, FIRST);
  const choose = (index: number) => {
    const next = index === chosen ? -1 : index;
    setChosen(next);
    onPath?.(next < 0 ? [] : (paths[next] ?? []).map((one) => one.id));
  };
  return (
    <section>
      <h3 className="mb-1 flex items-baseline gap-2 font-semibold">
        Path to effects{" "}
        {paths.length > 0 && <span className="num text-xs font-normal text-fg-3">{count(paths.length)}</span>}
      </h3>
      {query.isPending && <Skeleton className="h-16 w-full rounded-md" />}
      {query.error && <ProblemNote error={query.error} />}
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
        {shown.map((path, index) => {
          const end = path[path.length - 1];
          if (!end) return null;
          return (
            <li
              key={path.map((one) => one.id).join(" ")}
              className={cn("rounded-md", index === chosen && "bg-product-tint")}
            >
              <button
                type="button"
                aria-expanded={index === chosen}
                onClick={() => choose(index)}
                className="flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover"
              >
                <KindMark kind={end.kind} />
                <span className="min-w-0 flex-1 truncate">
                  <span className="text-fg-3">{kindOf(end.kind).word}</span>{" "}
                  <span className="font-medium">{end.name}</span>
                </span>
                <span className="num text-xs text-fg-3">{plural(path.length - 1, "step")}</span>
                <ChevronRight
                  className={cn("size-3.5 text-fg-3 transition-transform", index === chosen && "rotate-90")}
                  aria-hidden="true"
                />
              </button>
              {index === chosen && <Steps path={path} onOpen={onOpen} />}
            </li>
          );
        })}
      </ul>
      {paths.length > FIRST && (
        <Button variant="ghost" onClick={() => setAll(!all)} className="mt-1">
          <Waypoints aria-hidden="true" /> {all ? "Show fewer" : `Show all ${count(paths.length)}`}
        </Button>
      )}
    </section>
  );
}

function Steps({ path, onOpen }: { path: CodeNode[]; onOpen: (node: string) => void }) {
  return (
    <ol className="ml-3 border-l border-line-strong pb-1.5 pl-2">
      {path.map((step) => (
        <li key={step.id}>
          <button
            type="button"
            onClick={() => onOpen(step.id)}
            className="flex w-full items-center gap-2 rounded-md px-2 py-1 text-left hover:bg-hover"
          >
            <KindMark kind={step.kind} />
            <span className="min-w-0 flex-1">
              <span className="block truncate">{step.name}</span>
              {step.file && (
                <span className="block truncate font-mono text-2xs text-fg-2">
                  {step.file}
                  {step.line ? `:${step.line}` : ""}
                </span>
              )}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
