import { useQuery } from "@tanstack/react-query";
import { Network } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "react-router";
import { cn } from "~/lib/classes";
import { useFilters } from "~/lib/filters";
import { count, plural } from "~/lib/format";
import { useKeys } from "~/lib/hooks";
import { useIsDark } from "~/lib/theme";
import { useOrg } from "~/shell/context";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { MenuPlace } from "~/ui/menu";
import { ProblemNote } from "~/ui/problem";
import { toastProblem } from "~/ui/toast";
import { graphQuery } from "../api";
import { NodePanel } from "../node-panel";
import type { ColumnarGraph, Scan } from "../types";
import { countShown, visibleNodes } from "./columnar";
import { GraphToolbar } from "./graph-toolbar";
import { GraphWaiting } from "./lazy";
import { Legend } from "./legend";
import { GraphScene } from "./scene";
import { ZoomButtons } from "./zoom-buttons";

export default function GraphView({ scan }: { scan: Scan }) {
  const org = useOrg();
  const query = useQuery(graphQuery(org, scan.id));
  if (query.error) {
    return (
      <div className="p-6">
        <ProblemNote error={query.error} onRetry={() => query.refetch()} />
      </div>
    );
  }
  if (!query.data) return <GraphWaiting text="Fetching the graph" />;
  if (query.data.nodes.id.length === 0) {
    return (
      <Empty
        icon={Network}
        title="There is nothing to draw"
        action={
          <Button asChild>
            <Link to={`/${org}/pinata/scans/${scan.id}/diagnostics`}>See the diagnostics</Link>
          </Button>
        }
      >
        This scan found no routes, calls or tables.
      </Empty>
    );
  }
  return <Drawn scan={scan} graph={query.data} />;
}

function Drawn({ scan, graph }: { scan: Scan; graph: ColumnarGraph }) {
  const org = useOrg();
  const dark = useIsDark();
  const [frame, setFrame] = useState<HTMLDivElement | null>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const [scene, setScene] = useState<GraphScene | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [{ node, hide, service, folder }, set] = useFilters("node", "hide", "service", "folder");
  const index = useMemo(() => new Map(graph.nodes.id.map((id, at) => [id, at])), [graph]);
  const hidden = useMemo(() => new Set(hide.split(",").filter(Boolean)), [hide]);
  const shown = useMemo(() => visibleNodes(graph, { hidden, service, folder }), [graph, hidden, service, folder]);
  const pick = useRef<(id: string) => void>(() => undefined);
  pick.current = (id) => set({ node: id });

  useEffect(() => {
    const box = canvas.current;
    if (!box) return;
    let made: GraphScene;
    try {
      made = new GraphScene(box, graph, {
        onPick: (at) => pick.current(at === null ? "" : (graph.nodes.id[at] ?? "")),
      });
    } catch (error) {
      setFault(error);
      return;
    }
    setScene(made);
    const resized = new ResizeObserver(() => box.clientWidth > 0 && made.resize());
    resized.observe(box);
    return () => {
      resized.disconnect();
      setScene(null);
      made.destroy();
    };
  }, [graph]);
  useEffect(() => scene?.filter(shown), [scene, shown]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page when the theme changes
  useEffect(() => scene?.recolor(), [scene, dark]);
  const first = useRef(true);
  useEffect(() => {
    if (!scene) return;
    const at = node ? index.get(node) : undefined;
    scene.select(at ?? null);
    if (at !== undefined) scene.focus(at, !first.current);
    first.current = false;
  }, [scene, node, index]);

  const onPath = useCallback(
    (ids: string[]) => scene?.showPath(ids.map((id) => index.get(id)).filter((at) => at !== undefined)),
    [scene, index],
  );
  const fullScreen = useCallback(() => {
    void (document.fullscreenElement ? document.exitFullscreen() : frame?.requestFullscreen());
  }, [frame]);
  const save = async () => {
    try {
      const picture = await scene?.png(
        `${scan.repository.name} #${scan.number} · ${plural(countShown(shown), "node")}`,
      );
      if (!picture) return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(picture);
      link.download = `${scan.repository.name}-${scan.number}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      toastProblem(error);
    }
  };
  const inGraph = (act: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    act();
  };
  useKeys({
    "+": inGraph(() => scene?.zoom(1 / 1.5)),
    "=": inGraph(() => scene?.zoom(1 / 1.5)),
    "-": inGraph(() => scene?.zoom(1.5)),
    "0": inGraph(() => scene?.fit()),
    f: inGraph(fullScreen),
  });

  return (
    <MenuPlace value={frame}>
      <div ref={setFrame} className="flex h-full min-h-0 flex-col bg-sunken">
        <GraphToolbar
          graph={graph}
          scan={scan}
          filters={{ hide, service, folder }}
          onFilter={set}
          onFind={(at) => set({ node: graph.nodes.id[at] ?? "" })}
          onSave={save}
        />
        <div
          className={cn(
            "relative min-h-0 flex-1 overflow-hidden",
            // The panel stands beside the graph, so that what is chosen stays in the middle of what is seen.
            node && "sm:mr-[25.5rem] xl:mr-[29.5rem]",
          )}
        >
          {fault ? (
            <div className="p-6">
              <ProblemNote
                error={
                  new Error(
                    "This browser can't draw the graph: WebGL is missing or switched off. The findings list holds the same things.",
                  )
                }
              />
            </div>
          ) : (
            <div
              ref={canvas}
              tabIndex={0}
              role="group"
              aria-label={`Workflow graph of ${scan.repository.name}: ${plural(countShown(shown), "node")} shown. Arrow keys move it, plus and minus zoom. Search above to go to a node; Findings lists the same nodes.`}
              // Beside the legend where there is room for both, so that it covers nothing.
              className="absolute inset-0 outline-offset-[-3px] lg:left-47"
              onKeyDown={(event) => {
                const step = {
                  ArrowLeft: [-0.15, 0],
                  ArrowRight: [0.15, 0],
                  ArrowUp: [0, 0.15],
                  ArrowDown: [0, -0.15],
                }[event.key];
                if (!step) return;
                event.preventDefault();
                scene?.pan(step[0] ?? 0, step[1] ?? 0);
              }}
            />
          )}
          <Legend graph={graph} hidden={hidden} onHide={(next) => set({ hide: [...next].join(",") })} />
          <ZoomButtons scene={scene} onFullScreen={fullScreen} />
          <p
            className="num pointer-events-none absolute right-3 bottom-3 rounded-md bg-sunken/80 px-2 py-1 text-xs text-fg-2"
            aria-live="polite"
          >
            {count(countShown(shown))} of {plural(graph.nodes.id.length, "node")} ·{" "}
            {plural(graph.edges.source.length, "edge")}
          </p>
        </div>
        <NodePanel org={org} scan={scan.id} node={node} onChange={(next) => set({ node: next })} onPath={onPath} />
      </div>
    </MenuPlace>
  );
}
