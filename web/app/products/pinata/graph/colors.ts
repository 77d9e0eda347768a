/** The theme's colours as WebGL needs them: #rrggbb. */
export interface GraphColors {
  kinds: Map<string, string>;
  background: string;
  text: string;
  faint: string;
  edge: string;
  edgeDim: string;
  accent: string;
  raised: string;
  line: string;
  ground: string;
  groundLine: string;
  groundText: string;
}

type Rgb = [number, number, number];

/** Any colour the style sheet knows, oklch included, painted once and read back. */
function painter(): (color: string) => Rgb {
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (color) => {
    if (!context) return [128, 128, 128];
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b];
  };
}

export function hex([r, g, b]: Rgb): string {
  return `#${[r, g, b].map((one) => Math.round(one).toString(16).padStart(2, "0")).join("")}`;
}

/** `part` of the first colour on the second. */
export function mix(over: Rgb, under: Rgb, part: number): Rgb {
  return [0, 1, 2].map((i) => (over[i] ?? 0) * part + (under[i] ?? 0) * (1 - part)) as Rgb;
}

/** Reads the tokens as they are now: call it again after the theme changed. */
export function readColors(names: Iterable<string>): GraphColors {
  const style = getComputedStyle(document.documentElement);
  const paint = painter();
  const token = (name: string) => paint(style.getPropertyValue(name));
  const background = token("--sunken");
  const text = token("--fg");
  return {
    kinds: new Map([...names].map((name) => [name, hex(token(name))])),
    background: hex(background),
    text: hex(text),
    faint: hex(mix(text, background, 0.16)),
    edge: hex(mix(text, background, 0.17)),
    edgeDim: hex(mix(text, background, 0.06)),
    accent: hex(token("--product")),
    raised: hex(token("--raised")),
    line: hex(mix(text, background, 0.25)),
    ground: hex(mix(token("--surface"), background, 0.7)),
    groundLine: hex(mix(text, background, 0.1)),
    groundText: hex(mix(text, background, 0.66)),
  };
}
