import { Check, ChevronsUpDown, Plus } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useNavigate } from "react-router";
import type { Me } from "~/api/types";
import { count, plural, title } from "~/lib/format";
import { Avatar } from "~/ui/avatar";
import { Badge } from "~/ui/badge";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuTrigger } from "~/ui/menu";
import { SearchBox } from "~/ui/search-box";
import { useShell } from "./context";

/** From so many organizations on, one looks for them by name. */
const MANY = 8;

export function OrgSwitcher() {
  const { me, organization, product, openNewOrganization } = useShell();
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const wanted = query.trim().toLowerCase();
  const found = me.organizations.filter((one) => one.name.toLowerCase().includes(wanted) || one.slug.includes(wanted));
  const go = (one: Me["organizations"][number]) =>
    navigate(product && !one.erase_at ? `/${one.slug}/${product.slug}` : `/${one.slug}`);
  return (
    <Menu onOpenChange={() => setQuery("")}>
      <MenuTrigger
        className="flex h-12 shrink-0 items-center gap-2.5 rounded-lg px-1.5 text-left hover:bg-hover data-[state=open]:bg-hover"
        aria-label={`Organization: ${organization.name}. Switch organization`}
      >
        <Avatar name={organization.name} square className="size-7 text-xs" />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-semibold">{organization.name}</span>
          <span className="block truncate text-xs text-fg-2">
            {title(organization.role)} · {plural(organization.members, "member")}
          </span>
        </span>
        <ChevronsUpDown className="size-3.5 text-fg-3" aria-hidden="true" />
      </MenuTrigger>
      <MenuContent align="start" className="w-64">
        <MenuLabel>Your organizations</MenuLabel>
        {me.organizations.length >= MANY && (
          <SearchBox
            label="Find an organization"
            value={query}
            onChange={setQuery}
            onKeyDown={leaveTypingAlone}
            className="m-1"
            autoFocus
          />
        )}
        <div className="max-h-72 overflow-y-auto">
          {found.map((one) => (
            <MenuItem key={one.slug} onSelect={() => go(one)}>
              <Avatar name={one.name} square className="size-5" />
              <span className="min-w-0 flex-1 truncate">{one.name}</span>
              {one.erase_at ? (
                <Badge tone="warn">Deleted</Badge>
              ) : (
                <span className="num text-xs text-fg-3" title={plural(one.members, "member")}>
                  {count(one.members)} <span className="sr-only">{one.members === 1 ? "member" : "members"}</span>
                </span>
              )}
              {one.slug === organization.slug && <Check aria-label="current" />}
            </MenuItem>
          ))}
          {found.length === 0 && <p className="px-2 py-3 text-fg-2">None goes by that name.</p>}
        </div>
        <MenuLine />
        <MenuItem onSelect={openNewOrganization}>
          <Plus aria-hidden="true" /> Create an organization…
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

/** A menu takes letters for its own; here they are typed. Arrows and Enter go on to what was found. */
function leaveTypingAlone(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === "Escape" || event.key === "Tab") return;
  event.stopPropagation();
  const first = event.currentTarget.closest("[role=menu]")?.querySelector<HTMLElement>("[role=menuitem]");
  if (event.key === "ArrowDown") {
    event.preventDefault();
    first?.focus();
  }
  if (event.key === "Enter") first?.click();
}
