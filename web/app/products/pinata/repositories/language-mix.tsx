import { title } from "~/lib/format";

const colors = ["--c2", "--c1", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"];
const names: Record<string, string> = {
  typescript: "TypeScript",
  javascript: "JavaScript",
  sql: "SQL",
  yaml: "YAML",
  json: "JSON",
  css: "CSS",
  html: "HTML",
  xml: "XML",
  php: "PHP",
  csharp: "C#",
};

export interface Share {
  name: string;
  label: string;
  fraction: number;
  color: string;
}

/** Languages by their share of the bytes, the largest first; from the seventh on they are one. */
export function languageShares(mix: Record<string, number>): Share[] {
  const total = Object.values(mix).reduce((sum, one) => sum + one, 0) || 1;
  const sorted = Object.entries(mix)
    .filter(([, part]) => part > 0)
    .sort((a, b) => b[1] - a[1]);
  const shown = sorted.length > 7 ? sorted.slice(0, 6) : sorted;
  const rest = sorted.slice(shown.length).reduce((sum, [, part]) => sum + part, 0);
  const all = rest > 0 ? [...shown, ["other", rest] as const] : shown;
  return all.map(([name, part], index) => ({
    name,
    label: names[name] ?? title(name),
    fraction: part / total,
    color: `var(${colors[index % colors.length]})`,
  }));
}

export function LanguageBar({ mix, className }: { mix: Record<string, number>; className?: string }) {
  const shares = languageShares(mix);
  const said = shares.map((one) => `${one.label} ${Math.round(one.fraction * 100)}%`).join(", ");
  return (
    <div
      role="img"
      aria-label={said || "No languages yet"}
      className={`flex h-2 gap-0.5 overflow-hidden rounded-full bg-active ${className ?? ""}`}
    >
      {shares.map((one) => (
        <span key={one.name} style={{ width: `${one.fraction * 100}%`, background: one.color }} />
      ))}
    </div>
  );
}

export function LanguageWords({ mix, most = 2 }: { mix: Record<string, number>; most?: number }) {
  const shares = languageShares(mix).slice(0, most);
  return (
    <span className="flex items-center gap-3">
      {shares.map((one) => (
        <span key={one.name} className="inline-flex items-center gap-1.5 text-xs whitespace-nowrap text-fg-2">
          <span className="size-2 rounded-full" style={{ background: one.color }} aria-hidden="true" /> {one.label}
        </span>
      ))}
    </span>
  );
}
