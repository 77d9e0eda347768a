import type { Settings } from "sigma/settings";
import type { NodeDisplayData, PartialButFor } from "sigma/types";
import type { EdgeAttributes, NodeAttributes } from "./build";
import type { GraphColors } from "./colors";

type Data = PartialButFor<NodeDisplayData, "x" | "y" | "size" | "label" | "color">;
type Drawing = Settings<NodeAttributes, EdgeAttributes>;

const LONGEST = 42;

function clipped(label: string): string {
  return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
}

/** The room names take in one picture: first come, first served, so that no two lie on each other. */
export class LabelRoom {
  private rows = new Map<number, [number, number][]>();

  clear(): void {
    this.rows.clear();
  }

  /** Takes the room between `left` and `right` at this height, or says that somebody has it. */
  take(left: number, right: number, y: number, height: number): boolean {
    const rows = [Math.floor(y / height), Math.floor(y / height + 1)].map((row) => {
      const taken = this.rows.get(row) ?? [];
      this.rows.set(row, taken);
      return taken;
    });
    if (rows.some((taken) => taken.some(([from, to]) => from < right && left < to))) return false;
    for (const taken of rows) taken.push([left, right]);
    return true;
  }
}

/** A name beside its node, with a rim of the background so that edges don't cross it out; none where there is no room. */
export function drawLabel(
  context: CanvasRenderingContext2D,
  data: Data,
  settings: Drawing,
  colors: GraphColors,
  room: LabelRoom,
): void {
  if (!data.label) return;
  const label = clipped(data.label);
  context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
  const [x, y] = [data.x + data.size + 6, data.y + settings.labelSize / 3];
  if (!room.take(x - 4, x + context.measureText(label).width + 4, data.y, settings.labelSize + 2)) return;
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = colors.background;
  context.strokeText(label, x, y);
  context.fillStyle = colors.text;
  context.fillText(label, x, y);
}

/** The node under the pointer, and the chosen one: its name on a small card. */
export function drawHover(context: CanvasRenderingContext2D, data: Data, settings: Drawing, colors: GraphColors): void {
  context.beginPath();
  context.arc(data.x, data.y, data.size + 3.5, 0, Math.PI * 2);
  context.lineWidth = 2;
  context.strokeStyle = colors.accent;
  context.stroke();
  if (!data.label) return;
  const label = clipped(data.label);
  context.font = `600 ${settings.labelSize + 1}px ${settings.labelFont}`;
  const width = context.measureText(label).width + 14;
  const [x, y, height] = [data.x + data.size + 5, data.y - 11, 22];
  context.beginPath();
  context.roundRect(x, y, width, height, 6);
  context.fillStyle = colors.raised;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = colors.line;
  context.stroke();
  context.fillStyle = colors.text;
  context.fillText(label, x + 7, y + 15.5);
}
