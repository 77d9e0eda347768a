/** Numbers, times and sizes as people read them. Every function is pure; `now` is in milliseconds since the epoch. */

/** How somebody wants numbers and times to look; undefined is as the browser does it. */
export interface Formats {
  locale: string | undefined;
  timeZone: string | undefined;
}

let formats: Formats = { locale: "en-GB", timeZone: undefined };
let whole = new Intl.NumberFormat(formats.locale);

/** Has everything below follow a person's own choice. What this browser doesn't know is as if it weren't chosen. */
export function setFormats(wanted: { locale: string | null; time_zone: string | null }): void {
  const next = { locale: known(wanted.locale, "locale"), timeZone: known(wanted.time_zone, "timeZone") };
  if (next.locale === formats.locale && next.timeZone === formats.timeZone) return;
  formats = next;
  whole = new Intl.NumberFormat(next.locale);
}

function known(value: string | null, kind: "locale" | "timeZone"): string | undefined {
  if (!value) return undefined;
  try {
    new Intl.DateTimeFormat(kind === "locale" ? value : undefined, kind === "timeZone" ? { timeZone: value } : {});
    return value;
  } catch {
    return undefined;
  }
}

export function count(value: number): string {
  return whole.format(value);
}

/** A sum in minor units, as the API gives it: 1234 and "EUR" → "€12.34". Currencies without minor units have none. */
export function money({ amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat(formats.locale, { style: "currency", currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** 31,402 → ["31.4", "k"]: the figure of a card and its unit. Below 10,000 the whole number stands. */
export function short(value: number): [string, string] {
  if (Math.abs(value) < 10_000) return [count(value), ""];
  if (Math.abs(value) < 999_950) return [(value / 1000).toFixed(1), "k"];
  return [(value / 1_000_000).toFixed(1), "m"];
}

export function signed(value: number): string {
  if (value === 0) return "±0";
  return (value > 0 ? "+" : "−") + count(Math.abs(value));
}

export function percent(fraction: number, digits = 0): string {
  return `${(fraction * 100).toFixed(digits)}%`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let step = 0;
  let rest = value;
  while (rest >= 1000 && step < units.length - 1) {
    rest /= 1000;
    step += 1;
  }
  return `${step === 0 || rest >= 100 ? Math.round(rest) : rest.toFixed(1)} ${units[step]}`;
}

/** A duration in seconds: 4.1 → "4.1 s", 62 → "1 m 02 s", 7380 → "2 h 03 m". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const all = Math.round(seconds);
  if (all < 3600) return `${Math.floor(all / 60)} m ${String(all % 60).padStart(2, "0")} s`;
  const minutes = Math.round(all / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
}

/** What is left of a running job: 100 → "about 1 min 40 s left". Coarser the longer it takes, so that it doesn't flicker. */
export function timeLeft(seconds: number | null | undefined): string | null {
  if (seconds == null || !Number.isFinite(seconds)) return null;
  if (seconds < 5) return "a few seconds left";
  const step = seconds < 30 ? 5 : 10;
  const all = Math.ceil(seconds / step) * step;
  if (all < 60) return `about ${all} s left`;
  if (all < 600) {
    const rest = all % 60;
    return `about ${Math.floor(all / 60)} min${rest ? ` ${rest} s` : ""} left`;
  }
  if (all < 3600) return `about ${Math.round(all / 60)} min left`;
  return `about ${Math.floor(all / 3600)} h ${Math.round((all % 3600) / 60)} min left`;
}

export function ago(at: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 2 * 86_400) return "yesterday";
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)} days ago`;
  return new Date(at).toLocaleDateString(formats.locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: formats.timeZone,
  });
}

export function clock(at: string): string {
  return new Date(at).toLocaleTimeString(formats.locale, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone: formats.timeZone,
  });
}

/** A day alone: "24 December 2026". */
export function day(at: string): string {
  return new Date(at).toLocaleDateString(formats.locale, { dateStyle: "long", timeZone: formats.timeZone });
}

export function dateTime(at: string): string {
  return new Date(at).toLocaleString(formats.locale, {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: formats.timeZone,
  });
}

/** "Ada Lovelace" → "AL"; one word gives its first letter. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** "db_write" → "Db write": for names that have no title of their own. */
export function title(name: string): string {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function commit(hash: string): string {
  return hash.slice(0, 7);
}
