import Sigma from "sigma";
import { createEdgeArrowProgram, EdgeLineProgram } from "sigma/rendering";
import type { EdgeDisplayData, NodeDisplayData } from "sigma/types";
import { kinds } from "../kinds";
import type { ColumnarGraph } from "../types";
import { buildGraph, type EdgeAttributes, type NodeAttributes, type SigmaGraph } from "./build";
import { type GraphColors, readColors } from "./colors";
import { Districts } from "./districts";
import { drawHover, drawLabel, LabelRoom } from "./labels";
import { ShapeProgram } from "./shape-program";

/** Above this many edges heads are noise, and costly to draw: only lit edges get them, and none are drawn while the view moves. */
const MANY_EDGES = 2_500;
/** The part of a map that is on screen, as a share of its width, from where nodes have names. */
const CLOSE = 0.35;
const Arrow = createEdgeArrowProgram<NodeAttributes, EdgeAttributes>();
const colorNames = new Set([...Object.values(kinds).map((kind) => kind.color), "--c8"]);

interface Events {
  onPick: (index: number | null) => void;
}

/** The drawn graph: sigma, what is shown of it, and what is lit. Indexes are those of the columns. */
export class GraphScene {
  private readonly sigma: Sigma<NodeAttributes, EdgeAttributes>;
  private graph: SigmaGraph;
  private colors: GraphColors;
  private shown: Uint8Array;
  private selected: string | null = null;
  private hovered: string | null = null;
  private lit = new Set<string>();
  private path: string[] = [];
  private readonly room = new LabelRoom();

  constructor(
    private readonly container: HTMLElement,
    private readonly columns: ColumnarGraph,
    events: Events,
  ) {
    this.colors = readColors(colorNames);
    this.graph = buildGraph(columns, this.colors);
    this.shown = new Uint8Array(columns.nodes.id.length).fill(1);
    const many = columns.edges.source.length > MANY_EDGES;
    this.sigma = new Sigma<NodeAttributes, EdgeAttributes>(this.graph, container, {
      defaultNodeType: "shape",
      defaultEdgeType: many ? "line" : "arrow",
      nodeProgramClasses: { shape: ShapeProgram },
      // Programs draw in the order of their names here: what is lit comes last, above the rest.
      edgeProgramClasses: { arrow: Arrow, line: EdgeLineProgram, lit: Arrow },
      hideEdgesOnMove: many,
      hideLabelsOnMove: false,
      // Plenty are offered, and those that fit are drawn.
      labelDensity: 1.5,
      labelGridCellSize: 110,
      labelRenderedSizeThreshold: columns.nodes.id.length < 300 ? 3 : 6.5,
      labelFont: '"Inter Variable", sans-serif',
      labelSize: 11,
      labelWeight: "500",
      labelColor: { color: this.colors.text },
      defaultEdgeColor: this.colors.edge,
      defaultDrawNodeLabel: (context, data, settings) => drawLabel(context, data, settings, this.colors, this.room),
      defaultDrawNodeHover: (context, data, settings) => drawHover(context, data, settings, this.colors),
      // Close by, nodes grow less than sigma would have them: room is what one zooms in for.
      zoomToSizeRatioFunction: (ratio) => ratio ** (ratio < 1 ? 0.34 : 0.5),
      minCameraRatio: 0.004,
      maxCameraRatio: 2.5,
      stagePadding: columns.districts?.length ? 40 : 90, // names stand to the right of their nodes
      zIndex: true,
      nodeReducer: (node, data) => this.nodeLook(node, data),
      edgeReducer: (edge, data) => this.edgeLook(edge, data),
    });
    if (columns.districts?.length) {
      new Districts(this.sigma, columns.districts, () => this.colors);
      this.sigma.getCamera().on("updated", ({ ratio }) => this.nameFrom(ratio));
      this.nameFrom(this.sigma.getCamera().ratio);
    }
    this.sigma.on("beforeRender", () => this.room.clear());
    this.sigma.on("clickNode", ({ node }) => events.onPick(Number(node)));
    this.sigma.on("clickStage", () => events.onPick(null));
    this.sigma.on("enterNode", ({ node }) => this.hover(node));
    this.sigma.on("leaveNode", () => this.hover(null));
  }

  /** Shows only the marked nodes, and of the edges those between them. */
  filter(shown: Uint8Array): void {
    this.shown = shown;
    this.sigma.refresh({ skipIndexation: false });
  }

  /** Lights a node with its neighbours and dims the rest; null lights all again. */
  select(index: number | null): void {
    this.selected = index === null ? null : String(index);
    this.path = [];
    this.lit = new Set(this.selected ? [this.selected, ...this.graph.neighbors(this.selected)] : []);
    this.sigma.refresh({ skipIndexation: true });
  }

  /** Lights the nodes of a path and the edges between one and the next. An empty path goes back to the selection. */
  showPath(indexes: number[]): void {
    if (indexes.length === 0) {
      this.select(this.selected === null ? null : Number(this.selected));
      return;
    }
    this.path = indexes.map(String);
    this.lit = new Set(this.path);
    this.sigma.refresh({ skipIndexation: true });
    this.frame(indexes);
  }

  /** Moves the camera to a node. */
  focus(index: number, animate = true): void {
    const at = this.sigma.getNodeDisplayData(String(index));
    if (!at) return;
    const camera = this.sigma.getCamera();
    const ratio = Math.min(camera.ratio, this.columns.nodes.id.length < 300 ? 0.6 : 0.14);
    if (animate) void camera.animate({ x: at.x, y: at.y, ratio }, { duration: 350 });
    else camera.setState({ x: at.x, y: at.y, ratio });
  }

  fit(): void {
    void this.sigma.getCamera().animatedReset({ duration: 300 });
  }

  zoom(factor: number): void {
    const camera = this.sigma.getCamera();
    void camera.animate({ ratio: camera.getBoundedRatio(camera.ratio * factor) }, { duration: 160 });
  }

  /** Moves the view by parts of its own width and height. */
  pan(x: number, y: number): void {
    const camera = this.sigma.getCamera();
    void camera.animate({ x: camera.x + x * camera.ratio, y: camera.y + y * camera.ratio }, { duration: 120 });
  }

  /** Takes the colours of the theme as it is now. */
  recolor(): void {
    this.colors = readColors(colorNames);
    this.graph.updateEachNodeAttributes((node, attributes) => {
      const kind = kinds[this.columns.kinds[this.columns.nodes.kind[Number(node)] ?? 0] ?? ""];
      return { ...attributes, color: this.colors.kinds.get(kind?.color ?? "--c8") ?? this.colors.text };
    });
    this.sigma.setSetting("labelColor", { color: this.colors.text });
    this.sigma.setSetting("defaultEdgeColor", this.colors.edge);
    this.sigma.refresh();
  }

  resize(): void {
    this.sigma.resize();
    this.sigma.refresh({ skipIndexation: true });
  }

  /** The view as it is, as a picture with the theme's background and a line that says what it is. */
  async png(caption: string): Promise<Blob> {
    // WebGL keeps its picture only until the browser has shown it: draw and copy in one go.
    this.sigma.refresh({ skipIndexation: true });
    const layers = Object.values(this.sigma.getCanvases());
    const ratio = (layers[0]?.width ?? 1) / Math.max(1, this.container.clientWidth);
    const canvas = document.createElement("canvas");
    canvas.width = layers[0]?.width ?? 1;
    canvas.height = layers[0]?.height ?? 1;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser can't draw pictures.");
    context.fillStyle = this.colors.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const layer of layers) context.drawImage(layer, 0, 0, canvas.width, canvas.height);
    context.fillStyle = this.colors.text;
    context.font = `500 ${12 * ratio}px "Inter Variable", sans-serif`;
    context.fillText(caption, 16 * ratio, canvas.height - 16 * ratio);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for this browser."))),
        "image/png",
      );
    });
  }

  destroy(): void {
    this.sigma.kill();
  }

  /** From far off a map names its districts, close by its nodes. */
  private nameFrom(ratio: number): void {
    const threshold = ratio > CLOSE ? Number.POSITIVE_INFINITY : 1.5;
    if (this.sigma.getSetting("labelRenderedSizeThreshold") !== threshold)
      this.sigma.setSetting("labelRenderedSizeThreshold", threshold);
  }

  private frame(indexes: number[]): void {
    const spots = indexes
      .map((index) => this.sigma.getNodeDisplayData(String(index)))
      .filter((spot) => spot !== undefined);
    const [xs, ys] = [spots.map((spot) => spot.x), spots.map((spot) => spot.y)];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    const ratio = Math.max(0.05, Math.max(right - left, high - low) * 1.8);
    void this.sigma.getCamera().animate({ x: (left + right) / 2, y: (low + high) / 2, ratio }, { duration: 400 });
  }

  private hover(node: string | null): void {
    const before = this.hovered;
    this.hovered = node;
    this.container.style.cursor = node ? "pointer" : "";
    // Only what is near either of them looks different, so only that is worked out anew.
    const touched = [before, node].filter((one) => one !== null);
    const edges = touched.flatMap((one) => this.graph.edges(one));
    const nodes = [...new Set(touched.flatMap((one) => [one, ...this.graph.neighbors(one)]))];
    this.sigma.refresh({ partialGraph: { nodes, edges }, skipIndexation: true, schedule: true });
  }

  private nodeLook(node: string, data: NodeAttributes): Partial<NodeDisplayData> {
    const look: Partial<NodeDisplayData> & NodeAttributes = { ...data };
    if (this.shown[Number(node)] === 0) return { ...look, hidden: true };
    if (this.lit.size > 0) {
      if (this.lit.has(node)) {
        look.zIndex = 2;
        look.forceLabel = this.path.length > 0 || this.lit.size < 30 || node === this.selected;
        look.size = data.size * (node === this.selected ? 1.5 : 1.15);
      } else {
        look.color = this.colors.faint;
        look.label = "";
        look.zIndex = 0;
      }
      look.highlighted = node === this.selected;
    }
    if (this.hovered && node !== this.hovered && this.graph.areNeighbors(node, this.hovered)) {
      look.forceLabel = true;
      look.zIndex = 3;
    }
    return look;
  }

  private edgeLook(edge: string, data: EdgeAttributes): Partial<EdgeDisplayData> {
    const [from, to] = this.graph.extremities(edge);
    if (!this.shown[Number(from)] || !this.shown[Number(to)]) return { hidden: true };
    if (this.path.length > 0) {
      const on = this.path.some((node, index) => node === from && this.path[index + 1] === to);
      return on
        ? { color: this.colors.accent, size: 2.5, zIndex: 3, type: "lit" }
        : { ...data, color: this.colors.edgeDim, zIndex: 0 };
    }
    const near = (node: string | null) => node !== null && (from === node || to === node);
    if (near(this.selected) || near(this.hovered))
      return { color: this.colors.accent, size: 1.5, zIndex: 2, type: "lit" };
    if (data.quiet) return { hidden: true };
    return { ...data, color: this.lit.size > 0 ? this.colors.edgeDim : this.colors.edge, zIndex: 0 };
  }
}
