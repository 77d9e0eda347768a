import { useParams } from "react-router";
import type { Resource, Schema } from "~/api/types";
import { useShell } from "~/shell/context";

export type Item = Record<string, unknown>;

export interface FieldOf {
  name: string;
  title: string;
  schema: Schema;
  required: boolean;
}

/** The part of a schema that isn't null: `anyOf: [string, null]` is a string that may be left out. */
export function solid(schema: Schema): Schema {
  const options = schema.anyOf?.filter((one) => one.type !== "null");
  const only = options?.length === 1 ? options[0] : undefined;
  const merged = only
    ? {
        ...only,
        title: schema.title ?? only.title,
        description: schema.description ?? only.description,
        readOnly: schema.readOnly,
      }
    : schema;
  if (Array.isArray(merged.type)) return { ...merged, type: merged.type.find((one) => one !== "null") };
  return merged;
}

const SERVERS = new Set(["id", "org_id", "created_at", "updated_at"]);

/** The fields of a resource in the order of its schema. */
export function fieldsOf(schema: Schema): FieldOf[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== "org_id")
    .map(([name, property]) => {
      const words = name.replace(/_/g, " ");
      return {
        name,
        title: property.title ?? words.charAt(0).toUpperCase() + words.slice(1),
        schema: solid(property),
        required: schema.required?.includes(name) ?? false,
      };
    });
}

/** Those a person fills in: what the server sets itself is left out. */
export function editableFields(schema: Schema): FieldOf[] {
  return fieldsOf(schema).filter((field) => !field.schema.readOnly && !SERVERS.has(field.name));
}

/** Those a table has room for: no long texts and no objects, the id last of all. */
export function columnFields(schema: Schema): FieldOf[] {
  const shown = fieldsOf(schema).filter(
    (field) => field.name !== "id" && !["object", "array"].includes(String(field.schema.type)),
  );
  return shown.slice(0, 6);
}

/** What was typed, as the schema's type. An empty field is left out, but for a text that may be empty and is being changed. */
export function parseField(field: FieldOf, raw: FormDataEntryValue | null, changing = false): unknown {
  if (field.schema.type === "boolean") return raw === "on";
  if (raw === "" && changing && field.schema.type === "string" && !field.schema.minLength && !field.schema.enum)
    return "";
  if (typeof raw !== "string" || raw === "") return undefined;
  if (field.schema.type === "integer" || field.schema.type === "number") return Number(raw);
  if (field.schema.format === "date-time") return new Date(raw).toISOString();
  return raw;
}

/** The resource the address names, and where its API and its pages are. */
export function useGeneric() {
  const { product: slug = "", resource: name, id } = useParams();
  const { products, organization } = useShell();
  const product = products.find((one) => one.slug === slug);
  const resource: Resource | undefined = product?.resources.find((one) => one.name === name);
  const base = `/${organization.slug}/${slug}`;
  const path = resource?.path.replace("{org}", organization.slug) ?? "";
  return { product, resource, base, id, path, permissions: organization.permissions };
}
