import type { components } from "./schema.gen";

/** What the API's document calls by this name. */
export type Api<Name extends keyof components["schemas"]> = components["schemas"][Name];

export type Me = Api<"Me">;
export type Organization = Api<"OrganizationOut">;

/** The part of JSON Schema that a product's resource uses to say what its fields are. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  format?: string;
  enum?: string[];
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  default?: unknown;
  readOnly?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** Objects of a product that pages can be drawn for; the document leaves its schemas open, we read this much of them. */
export type Resource = Omit<Api<"Resource">, "schema" | "create" | "update"> & {
  schema: Schema;
  create: Schema | null;
  update: Schema | null;
};

export type Product = Omit<Api<"ProductOut">, "resources"> & { resources: Resource[] };
export type Meta = Omit<Api<"Meta">, "products"> & { products: Product[] };

export interface Page<T> {
  items: T[];
  next?: string | null;
}
