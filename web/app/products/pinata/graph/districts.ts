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

/** Grounds below the edges and the names of folders above them, drawn each time the view changes. */
export class Districts {
  private readonly grounds: HTMLCanvasElement;
  private readonly names: HTMLCanvasElement;

  constructor(
    private readonly sigma: Sigma<NodeAttributes, EdgeAttributes>,
    private readonly districts: District[],
    private readonly colors: () => GraphColors,
  ) {
    this.grounds = sigma.createCanvas("grounds", { beforeLayer: "edges" });
    this.names = sigma.createCanvas("districts", { afterLayer: "nodes" });
    this.names.style.pointerEvents = "none";
    sigma.on("afterRender", () => this.draw());
  }

  private draw(): void {
    const { width, height } = this.sigma.getDimensions();
    const [ground, text] = [cleared(this.grounds, width, height), cleared(this.names, width, height)];
    if (!ground || !text) return;
    const colors = this.colors();
    text.font = '600 11px "Inter Variable", sans-serif';
    text.lineJoin = "round";
    text.lineWidth = 3;
    text.strokeStyle = colors.background;
    text.fillStyle = colors.groundText;
    ground.fillStyle = colors.ground;
    ground.strokeStyle = colors.groundLine;
    for (const district of this.districts) {
      const from = this.sigma.graphToViewport({ x: district.x - MARGIN, y: -(district.y - MARGIN) });
      const to = this.sigma.graphToViewport({
        x: district.x + district.width + MARGIN,
        y: -(district.y + district.height + MARGIN),
      });
      if (to.x < 0 || to.y < 0 || from.x > width || from.y > height) continue;
      const room = to.x - from.x;
      ground.beginPath();
      ground.roundRect(from.x, from.y, room, to.y - from.y, Math.min(8, room / 8));
      ground.fill();
      ground.stroke();
      if (room < SMALLEST) continue;
      const name = shortened(districtName(district), (words) => text.measureText(words).width <= room);
      text.strokeText(name, from.x + 2, from.y - 4);
      text.fillText(name, from.x + 2, from.y - 4);
    }
  }
}

/** The canvas' pen, with the canvas as large as the view, sharp on this screen, and empty. */
function cleared(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}
