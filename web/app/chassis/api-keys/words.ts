import { title } from "~/lib/format";

/** "in 3 days": how long until a moment that is still to come. */
export function until(at: string, now: number): string {
  const hours = (Date.parse(at) - now) / 3_600_000;
  if (hours < 1) return "within the hour";
  if (hours < 48) return `in ${Math.round(hours)} h`;
  if (hours < 24 * 60) return `in ${Math.round(hours / 24)} days`;
  return `in ${Math.round(hours / 24 / 30)} months`;
}

export interface PermissionWords {
  name: string;
  label: string;
}

export interface PermissionGroup {
  name: string;
  label: string;
  permissions: PermissionWords[];
}

const groups: Record<string, string> = {
  api_keys: "API keys",
  audit: "Audit log",
  organization: "Organization",
  samples: "Samples",
};

/** Permissions by the part of the service they belong to, products by name and first. */
export function grouped(
  permissions: { name: string; group: string }[],
  products: { slug: string; name: string }[],
): PermissionGroup[] {
  const found = new Map<string, PermissionGroup>();
  for (const { name, group } of permissions) {
    const product = products.find((one) => one.slug === group);
    const entry = found.get(group) ?? {
      name: group,
      label: product?.name ?? groups[group] ?? title(group),
      permissions: [],
    };
    entry.permissions.push({ name, label: permissionWords(name) });
    found.set(group, entry);
  }
  const place = (name: string) => products.findIndex((one) => one.slug === name) >>> 0;
  return [...found.values()].sort((a, b) => place(a.name) - place(b.name) || a.label.localeCompare(b.label));
}

/** "pinata.scans.write" → "Write scans"; "audit.read" → "Read". */
export function permissionWords(name: string): string {
  const words = name.split(".").slice(1);
  const verb = words.pop() ?? name;
  return title([verb, ...words].join(" "));
}

/** Whether a permission only reads. */
export const reads = (name: string): boolean => /\.(read|export)$/.test(name);
