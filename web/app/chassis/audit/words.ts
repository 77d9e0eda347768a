import { title } from "~/lib/format";
import type { Entry } from "./api";

const parts: Record<string, string> = {
  identity: "Accounts",
  organizations: "Organization",
  api_keys: "API keys",
  audit: "Audit log",
  samples: "Samples",
};

/** Names for which their own words aren't the best ones. */
const known: Record<string, string> = {
  "api_keys.made": "API key made",
  "api_keys.renamed": "API key renamed",
  "api_keys.rotated": "API key rotated",
  "api_keys.revoked": "API key revoked",
  "api_keys.refused": "API key refused",
  "identity.session.began": "Signed in",
  "identity.session.ended": "Signed out",
  "identity.session.copied": "Copied session refused",
  "identity.sign_in.failed": "Sign-in failed",
  "audit.exported": "Audit log exported",
  "audit.pruned": "Old entries removed",
  "samples.created": "Sample added",
};

/** "organizations.member.removed" → "Member removed". */
export function actionWords(action: string): string {
  const said = known[action];
  if (said) return said;
  const [, ...rest] = action.split(".");
  return title(rest.length > 0 ? rest.join(" ") : action);
}

/** The part of the service an action belongs to; products are given with their names. */
export function partOf(action: string, products: { slug: string; name: string }[]): string {
  const part = action.split(".")[0] ?? "";
  return products.find((one) => one.slug === part)?.name ?? parts[part] ?? title(part);
}

/** What can be chosen to filter by: a part of the service is the beginning of its actions. */
export function partChoices(products: { slug: string; name: string }[]): { value: string; label: string }[] {
  return [
    ...Object.entries(parts).map(([part, label]) => ({ value: `${part}.`, label })),
    ...products.map((one) => ({ value: `${one.slug}.`, label: one.name })),
  ];
}

/** What it was done to, by its name, where the entry says it. */
export function nameIn(entry: Pick<Entry, "before" | "after">): string | null {
  const name = entry.after?.name ?? entry.before?.name;
  return typeof name === "string" ? name : null;
}

/** Who acted, in words. */
export function actorWords(actor: Entry["actor"]): string {
  if (actor.kind === "system") return "Tenantry";
  if (actor.kind === "anonymous") return "Somebody unknown";
  return actor.name ?? "Somebody";
}

const failed = /(failed|refused|denied|copied)$/;
const ended = /(removed|deleted|revoked|erased)$/;

/** How much an entry deserves a second look. */
export function weight(action: string): "bad" | "warn" | "neutral" {
  if (failed.test(action)) return "bad";
  return ended.test(action) ? "warn" : "neutral";
}

/** A device from its user agent, as far as people care: "Firefox on Linux". */
export function deviceWords(agent: string | null): string | null {
  if (!agent) return null;
  const browser = /(Edg|OPR|Firefox|Chrome|Safari|curl|python-httpx|python-requests)/.exec(agent)?.[1];
  const system = /(Windows|iPhone|iPad|Android|Mac OS X|Linux)/.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "macOS" };
  const said = [browser, system].map((word) => (word ? (names[word] ?? word) : null));
  if (said[0] && said[1]) return `${said[0]} on ${said[1]}`;
  return said[0] ?? said[1] ?? agent.slice(0, 40);
}

/** A value of `before` or `after` in one line. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.map(valueWords).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

export interface Difference {
  field: string;
  before: string | null;
  after: string | null;
}

/** Field by field what was before and what came after; null where a side says nothing. */
export function differences(entry: Pick<Entry, "before" | "after">): Difference[] {
  const { before, after } = entry;
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].map((field) => ({
    field,
    before: before && field in before ? valueWords(before[field]) : null,
    after: after && field in after ? valueWords(after[field]) : null,
  }));
}
