import { ChevronDown } from "lucide-react";
import { title } from "~/lib/format";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "~/ui/menu";
import { givable, type Role } from "../api";

interface Props {
  /** Whose role it is, or what it is for. */
  label: string;
  value?: Role;
  disabled?: boolean;
  onChoose: (role: Role) => void;
}

/** Chooses a role, as high as one's own. */
export function RoleMenu({ label, value, disabled, onChoose }: Props) {
  const { organization } = useShell();
  if (disabled) return <span className="px-2.5 text-fg-2">{title(value ?? "")}</span>;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant={value ? "ghost" : "outline"} aria-label={label}>
          {value ? title(value) : "Change role"} <ChevronDown aria-hidden="true" />
        </Button>
      </MenuTrigger>
      <MenuContent align="start" className="w-64">
        <MenuRadioGroup value={value ?? ""} onValueChange={(next) => onChoose(next as Role)}>
          {givable(organization.role).map((role) => (
            <MenuRadioItem key={role.value} value={role.value} className="py-1.5">
              <span>
                <span className="block font-medium">{role.label}</span>
                <span className="block text-xs text-fg-2">{role.text}</span>
              </span>
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
