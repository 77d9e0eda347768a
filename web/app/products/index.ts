import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";

export interface NavItem {
  label: string;
  /** Below `/{org}/{slug}`; empty for the product's first page. */
  path: string;
  icon: LucideIcon;
  /** What stands at the right of the line: a count, a ring while something runs. */
  Aside?: ComponentType<{ org: string }>;
  /** The second key after G that leads here. */
  key?: string;
}

export interface Command {
  label: string;
  icon: LucideIcon;
  path: string;
  /** A single key that does it anywhere in the product. */
  key?: string;
  /** Offered only to those who may. */
  permission?: string;
}

/** What a product's own folder tells the shell: its lines in the sidebar and what the palette can do for it. */
export interface ProductInterface {
  nav: NavItem[];
  commands: Command[];
  /** Looks for what the person types in the palette. */
  Results?: ComponentType<{ org: string; query: string; go: (to: string) => void }>;
}

const modules = import.meta.glob<{ default: ProductInterface }>("./*/product.ts*", { eager: true });

/** The interfaces the build found, by the name of their folder, which is the product's slug. */
export const interfaces: Record<string, ProductInterface | undefined> = Object.fromEntries(
  Object.entries(modules).map(([path, module]) => [path.split("/")[1], module.default]),
);
