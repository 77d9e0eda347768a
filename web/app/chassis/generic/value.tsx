import { Check, Minus } from "lucide-react";
import type { Schema } from "~/api/types";
import { dateTime } from "~/lib/format";
import { Badge } from "~/ui/badge";

/** One value, drawn as its schema says. */
export function Value({ value, schema }: { value: unknown; schema: Schema }) {
  if (value === null || value === undefined || value === "") return <span className="text-fg-3">–</span>;
  if (typeof value === "boolean") {
    return value ? (
      <Check className="size-4 text-ok" aria-label="Yes" />
    ) : (
      <Minus className="size-4 text-fg-3" aria-label="No" />
    );
  }
  if (typeof value === "number") return <span className="num">{value.toLocaleString("en-GB")}</span>;
  if (typeof value === "string") {
    if (schema.enum) return <Badge>{value}</Badge>;
    if (schema.format === "date-time") return <time dateTime={value}>{dateTime(value)}</time>;
    if (schema.format === "uuid") return <code className="font-mono text-xs">{value}</code>;
    return <span className="break-words">{value}</span>;
  }
  return <code className="font-mono text-xs break-all">{JSON.stringify(value)}</code>;
}
