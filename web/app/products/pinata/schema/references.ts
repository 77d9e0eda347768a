import type { SchemaTable } from "../types";

export interface Relation {
  from: string;
  column: string;
  to: string;
}

/** "accounts.id" or "public.accounts.id" → the known table it names, or null. */
export function referencedTable(reference: string, known: ReadonlySet<string>): string | null {
  if (known.has(reference)) return reference;
  const dot = reference.lastIndexOf(".");
  if (dot > 0 && known.has(reference.slice(0, dot))) return reference.slice(0, dot);
  const bare = reference.split(/[.(]/)[0] ?? "";
  return known.has(bare) ? bare : null;
}

/** Every column that points to another table of the schema. */
export function relationsOf(tables: SchemaTable[]): Relation[] {
  const known = new Set(tables.map((table) => table.name));
  return tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const to = column.references && referencedTable(column.references, known);
      return to ? [{ from: table.name, column: column.name, to }] : [];
    }),
  );
}
