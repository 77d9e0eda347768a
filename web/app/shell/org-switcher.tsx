import { Check, ChevronsUpDown, Plus } from "lucide-react";
import { useNavigate } from "react-router";
import { plural, title } from "~/lib/format";
import { Avatar } from "~/ui/avatar";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuTrigger } from "~/ui/menu";
import { useShell } from "./context";

export function OrgSwitcher() {
  const { me, organization, product, openNewOrganization } = useShell();
  const navigate = useNavigate();
  return (
    <Menu>
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
      <MenuContent align="start" className="w-58">
        <MenuLabel>Your organizations</MenuLabel>
        {me.organizations.map((one) => (
          <MenuItem key={one.slug} onSelect={() => navigate(product ? `/${one.slug}/${product.slug}` : `/${one.slug}`)}>
            <Avatar name={one.name} square className="size-5" />
            <span className="min-w-0 flex-1 truncate">{one.name}</span>
            {one.slug === organization.slug && <Check aria-label="current" />}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem onSelect={openNewOrganization}>
          <Plus aria-hidden="true" /> Create an organization…
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
