export type Shape = "circle" | "square" | "diamond" | "triangle" | "hexagon";

const fixed = (value: number) => value.toFixed(1);

function polygon(points: [number, number][]): string {
  return `${points.map(([x, y], index) => `${index ? "L" : "M"}${fixed(x)} ${fixed(y)}`).join("")}Z`;
}

/** The outline of a shape of radius `r` about (x, y), for SVG. */
export function shapePath(shape: Shape, x: number, y: number, r: number): string {
  switch (shape) {
    case "square":
      return polygon([
        [x - r * 0.82, y - r * 0.82],
        [x + r * 0.82, y - r * 0.82],
        [x + r * 0.82, y + r * 0.82],
        [x - r * 0.82, y + r * 0.82],
      ]);
    case "diamond":
      return polygon([
        [x, y - r],
        [x + r, y],
        [x, y + r],
        [x - r, y],
      ]);
    case "triangle":
      return polygon([
        [x - r * 0.75, y - r * 0.9],
        [x + r, y],
        [x - r * 0.75, y + r * 0.9],
      ]);
    case "hexagon":
      return polygon([
        [x - r * 0.5, y - r * 0.85],
        [x + r * 0.5, y - r * 0.85],
        [x + r, y],
        [x + r * 0.5, y + r * 0.85],
        [x - r * 0.5, y + r * 0.85],
        [x - r, y],
      ]);
    case "circle":
      return `M${fixed(x - r)} ${fixed(y)}a${fixed(r)} ${fixed(r)} 0 1 0 ${fixed(2 * r)} 0a${fixed(r)} ${fixed(r)} 0 1 0 ${fixed(-2 * r)} 0Z`;
  }
}
