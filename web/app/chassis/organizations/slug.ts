import * as z from "zod/mini";

/** The address a name suggests: "Ünïted Labs & Co" → "united-labs-co". */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
}

/** How an address may look; whether it is free, only the server knows. */
export const slugRule = z.regex(
  /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])$/i,
  "Use 2 to 40 letters (a–z), digits and hyphens, with no hyphen at either end.",
);
