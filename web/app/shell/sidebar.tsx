import { CircleHelp, Search } from "lucide-react";
import { NavLink } from "react-router";
import { allowed, organizationPages } from "~/chassis/settings/pages";
import { cn } from "~/lib/classes";
import { title } from "~/lib/format";
import { interfaces, type NavItem } from "~/products";
import { Button } from "~/ui/button";
import { Kbd } from "~/ui/kbd";
import { useShell } from "./context";
import { OrgSwitcher } from "./org-switcher";
import { ProductSwitcher, productIcon } from "./product-switcher";
import { ThemeMenu } from "./theme-menu";
import { UserMenu } from "./user-menu";

export function Sidebar() {
  const { product, products, organization, openPalette, openShortcuts } = useShell();
  return (
    <aside aria-label="Sidebar" className="flex h-full flex-col gap-4 overflow-y-auto p-3">
      <OrgSwitcher />
      <button
        type="button"
        onClick={openPalette}
        className="flex h-8 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-left text-fg-2 shadow-card hover:bg-raised"
      >
        <Search className="size-3.5 text-fg-3" aria-hidden="true" />
        <span className="flex-1">Search or jump to…</span>
        <Kbd>⌘K</Kbd>
      </button>
      {products.length > 1 && <ProductSwitcher />}
      <nav aria-label="Main" className="grid gap-4">
        {product && (
          <Group label={product.name}>
            {productNav(product.slug, product.resources).map((item) => (
              <Line
                key={item.path}
                to={`/${organization.slug}/${product.slug}${item.path}`}
                item={item}
                org={organization.slug}
              />
            ))}
          </Group>
        )}
        {!product && (
          <Group label="Products">
            {products.map((one) => (
              <Line
                key={one.slug}
                to={`/${organization.slug}/${one.slug}`}
                item={{ label: one.name, path: "", icon: productIcon(one.icon) }}
                org={organization.slug}
              />
            ))}
          </Group>
        )}
        <Group label="Organization">
          {allowed(organizationPages, organization.permissions)
            .filter((page) => page.sidebar)
            // What is opened often stands first, and the settings themselves last.
            .sort((a, b) => Number(a.sidebar === "Settings") - Number(b.sidebar === "Settings"))
            .map((page) => (
              <Line
                key={page.path}
                to={`/${organization.slug}/settings/${page.path}`}
                item={{ label: page.sidebar ?? page.label, path: page.path, icon: page.icon }}
                org={organization.slug}
              />
            ))}
        </Group>
      </nav>
      <div className="mt-auto flex items-center gap-0.5 pt-2">
        <UserMenu />
        <ThemeMenu />
        <Button variant="ghost" size="icon" aria-label="Keyboard shortcuts" onClick={openShortcuts}>
          <CircleHelp aria-hidden="true" />
        </Button>
      </div>
    </aside>
  );
}

function productNav(slug: string, resources: { name: string; title: string }[]): NavItem[] {
  const own = interfaces[slug];
  if (own) return own.nav;
  return resources.map((one) => ({
    label: one.title || title(one.name),
    path: `/${one.name}`,
    icon: productIcon("table"),
  }));
}

function Group({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <p className="px-2 pb-1 text-xs text-fg-3">{label}</p>
      {children}
    </div>
  );
}

function Line({ to, item, org }: { to: string; item: NavItem; org: string }) {
  const { icon: Icon, Aside } = item;
  return (
    <NavLink
      to={to}
      end={item.path === ""}
      className={({ isActive }) =>
        cn(
          "group flex h-8 items-center gap-2.5 rounded-md px-2 text-fg-2 hover:bg-hover hover:text-fg",
          isActive && "bg-active font-semibold text-fg",
        )
      }
    >
      {({ isActive }) => (
        <>
          <Icon className={cn("size-4 shrink-0 text-fg-3", isActive && "text-product")} aria-hidden="true" />
          <span className="min-w-0 flex-1 truncate">{item.label}</span>
          {Aside && <Aside org={org} />}
        </>
      )}
    </NavLink>
  );
}
