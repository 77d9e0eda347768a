/** What every product shares. Times are RFC 3339 in UTC. */
export type Role = "owner" | "admin" | "member" | "viewer";

export interface Membership {
  slug: string;
  name: string;
  role: Role;
}

export interface Me {
  id: string;
  email: string;
  name: string;
  created_at: string;
  organizations: Membership[];
}

export interface Organization {
  id: string;
  slug: string;
  name: string;
  role: Role;
  permissions: string[];
  members: number;
  created_at: string;
}

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

export interface Resource {
  name: string;
  title: string;
  /** Where its list is, with `{org}` to be filled in. One object is at this path and its id. */
  path: string;
  schema: Schema;
  /** What making one takes; null where none can be made. */
  create: Schema | null;
  /** What changing one takes; null where they stay as they are. */
  update: Schema | null;
  delete: boolean;
}

export interface Product {
  slug: string;
  name: string;
  summary: string;
  hue: number;
  icon: string;
  interface: boolean;
  /** Whether it can fill an organization with believable data. */
  sample: boolean;
  resources: Resource[];
}

export interface Meta {
  version: string;
  mode: "local" | "production";
  sign_up: "open" | "invited" | "closed";
  products: Product[];
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
