import { createContext, use } from "react";
import type { Me, Organization, Product } from "~/api/types";

export interface Shell {
  me: Me;
  organization: Organization;
  products: Product[];
  /** The product on screen; none on the organization's own pages. */
  product: Product | undefined;
  sidebar: boolean;
  toggleSidebar: () => void;
  openPalette: () => void;
  openShortcuts: () => void;
  openNewOrganization: () => void;
}

export const ShellContext = createContext<Shell | null>(null);

export function useShell(): Shell {
  const shell = use(ShellContext);
  if (!shell) throw new Error("This page stands outside an organization.");
  return shell;
}

export function useOrg(): string {
  return useShell().organization.slug;
}
