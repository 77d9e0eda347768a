import { Command } from "cmdk";
import { Building2, CircleHelp, LogOut, type LucideIcon, Plus, Search } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { allowed, organizationPages, personalPages } from "~/chassis/settings/pages";
import { interfaces } from "~/products";
import { Kbd } from "~/ui/kbd";
import { useShell } from "./context";
import { productIcon } from "./product-switcher";
import { themes, useChooseTheme } from "./theme-menu";
import { useSignOut } from "./user-menu";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** ⌘K: goes anywhere, does anything, switches organization and theme. */
export function Palette({ open, onOpenChange }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          data-modal
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[min(38rem,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-xl border bg-raised shadow-2xl data-[state=open]:animate-in data-[state=open]:fade-in-0 motion-reduce:animate-none"
        >
          <Radix.Title className="sr-only">Search or jump to</Radix.Title>
          <Body close={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Body({ close }: { close: () => void }) {
  const { organization, product, products, me, openNewOrganization, openShortcuts } = useShell();
  const [query, setQuery] = useState("");
  const navigate = useNavigate();
  const signOut = useSignOut();
  const chooseTheme = useChooseTheme();
  const then = (act: () => void) => () => {
    close();
    act();
  };
  const go = (to: string) => then(() => navigate(to))();
  const home = (slug: string) => `/${organization.slug}/${slug}`;
  const own = product ? interfaces[product.slug] : undefined;
  const commands =
    own?.commands.filter((one) => !one.permission || organization.permissions.includes(one.permission)) ?? [];
  return (
    <Command label="Search or jump to" loop>
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search className="size-4 text-fg-3" aria-hidden="true" />
        <Command.Input
          value={query}
          onValueChange={setQuery}
          placeholder="Search or jump to…"
          className="h-12 flex-1 bg-transparent text-base outline-none placeholder:text-fg-3"
        />
        <Kbd>esc</Kbd>
      </div>
      <Command.List className="max-h-[56dvh] overflow-y-auto p-1.5" label="Suggestions">
        <Command.Empty className="px-3 py-8 text-center text-fg-2">Nothing here goes by that name.</Command.Empty>
        {commands.length > 0 && product && (
          <Group heading="Do">
            {commands.map((one) => (
              <Item
                key={one.label}
                icon={one.icon}
                onSelect={() => go(home(product.slug) + one.path)}
                hint={one.key?.toUpperCase()}
              >
                {one.label}
              </Item>
            ))}
          </Group>
        )}
        {product && own?.Results && <own.Results org={organization.slug} query={query} go={go} />}
        {product && own && (
          <Group heading={product.name}>
            {own.nav.map((one) => (
              <Item key={one.path} icon={one.icon} onSelect={() => go(home(product.slug) + one.path)}>
                {one.label}
              </Item>
            ))}
          </Group>
        )}
        <Group heading="Products">
          {products.map((one) => (
            <Item key={one.slug} icon={productIcon(one.icon)} onSelect={() => go(home(one.slug))}>
              {one.name}
            </Item>
          ))}
        </Group>
        <Group heading="Organizations">
          {me.organizations.map((one) => (
            <Item
              key={one.slug}
              icon={Building2}
              value={`Switch to ${one.name} ${one.slug}`}
              onSelect={() => go(`/${one.slug}`)}
            >
              Switch to {one.name}
            </Item>
          ))}
          <Item icon={Plus} onSelect={then(openNewOrganization)}>
            Create an organization…
          </Item>
        </Group>
        <Group heading={`Settings of ${organization.name}`}>
          {allowed(organizationPages, organization.permissions).map((page) => (
            <Item
              key={page.path}
              icon={page.icon}
              value={`Settings: ${page.label}`}
              onSelect={() => go(`/${organization.slug}/settings/${page.path}`)}
            >
              {page.label}
            </Item>
          ))}
        </Group>
        <Group heading="Appearance and account">
          {personalPages.map((page) => (
            <Item key={page.path} icon={page.icon} value={`Your ${page.label}`} onSelect={() => go(`/me/${page.path}`)}>
              Your {page.label.toLowerCase()}
            </Item>
          ))}
          {themes.map((one) => (
            <Item key={one.value} icon={one.icon} onSelect={then(() => chooseTheme(one.value))}>
              Theme: {one.label.toLowerCase()}
            </Item>
          ))}
          <Item icon={CircleHelp} onSelect={then(openShortcuts)} hint="?">
            Keyboard shortcuts
          </Item>
          <Item icon={LogOut} onSelect={then(signOut)}>
            Sign out
          </Item>
        </Group>
      </Command.List>
    </Command>
  );
}

export function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-fg-3"
    >
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  icon: LucideIcon;
  onSelect: () => void;
  hint?: string;
  value?: string;
  children: ReactNode;
}

export function Item({ icon: Icon, onSelect, hint, value, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-active"
    >
      <Icon className="size-4 shrink-0 text-fg-3" aria-hidden="true" />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint && <Kbd>{hint}</Kbd>}
    </Command.Item>
  );
}
