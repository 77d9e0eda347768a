import type Sigma from "sigma";
import type { District } from "../types";
import type { EdgeAttributes, NodeAttributes } from "./build";
import type { GraphColors } from "./colors";

const MARGIN = 34; // graph units around the nodes of a district
const SMALLEST = 46; // pixels; a narrower district goes unnamed until one comes closer

/** What a district is called: its folder, or its service where the folder is the root. */
export function districtName(district: District): string {
  return district.name || district.service;
}

/** The last parts of a path that fit, with what was cut shown: `…/pinata/engine`. */
export function shortened(path: string, fits: (text: string) => boolean): string {
  if (fits(path)) return path;
  const parts = path.split("/");
  for (let from = 1; from < parts.length; from += 1) {
    const text = `…/${parts.slice(from).join("/")}`;
    if (fits(text)) return text;
  }
  return "";
}

/** Grounds with the names of folders, drawn below the edges each time the view changes. */
export class Districts {
  private readonly canvas: HTMLCanvasElement;

  constructor(
    private readonly sigma: Sigma<NodeAttributes, EdgeAttributes>,
    private readonly districts: District[],
    private readonly colors: () => GraphColors,
  ) {
    this.canvas = sigma.createCanvas("districts", { beforeLayer: "edges" });
    sigma.on("afterRender", () => this.draw());
  }

  private draw(): void {
    const { width, height } = this.sigma.getDimensions();
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const colors = this.colors();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = '600 11px "Inter Variable", sans-serif';
    for (const district of this.districts) {
      const from = this.sigma.graphToViewport({ x: district.x - MARGIN, y: -(district.y - MARGIN) });
      const to = this.sigma.graphToViewport({
        x: district.x + district.width + MARGIN,
        y: -(district.y + district.height + MARGIN),
      });
      if (to.x < 0 || to.y < 0 || from.x > width || from.y > height) continue;
      context.beginPath();
      context.roundRect(from.x, from.y, to.x - from.x, to.y - from.y, Math.min(8, (to.x - from.x) / 8));
      context.fillStyle = colors.ground;
      context.fill();
      context.strokeStyle = colors.groundLine;
      context.lineWidth = 1;
      context.stroke();
      const room = to.x - from.x - 4;
      if (room < SMALLEST) continue;
      const name = shortened(districtName(district), (text) => context.measureText(text).width <= room);
      context.fillStyle = colors.groundText;
      context.fillText(name, from.x + 3, from.y - 5);
    }
  }
}
