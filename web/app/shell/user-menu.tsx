import { useQueryClient } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { useNavigate } from "react-router";
import { http } from "~/api/client";
import { personalPages } from "~/chassis/settings/pages";
import { Avatar } from "~/ui/avatar";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuTrigger } from "~/ui/menu";
import { toastProblem } from "~/ui/toast";
import { useShell } from "./context";

export function useSignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await http.POST("/api/v1/auth/logout");
    } catch (error) {
      toastProblem(error);
      return;
    }
    await navigate("/sign-in");
    client.clear();
  };
}

export function UserMenu() {
  const { me } = useShell();
  const navigate = useNavigate();
  const signOut = useSignOut();
  return (
    <Menu>
      <MenuTrigger className="flex h-9 min-w-0 flex-1 items-center gap-2.5 rounded-md px-1.5 text-left hover:bg-hover data-[state=open]:bg-hover">
        <Avatar name={me.name} src={me.avatar} />
        <span className="truncate">{me.name}</span>
      </MenuTrigger>
      <MenuContent align="start" side="top" className="w-56">
        <MenuLabel>
          Signed in as <span className="block truncate text-fg">{me.email}</span>
        </MenuLabel>
        <MenuLine />
        {personalPages.map(({ path, label, icon: Icon }) => (
          <MenuItem key={path} onSelect={() => navigate(`/me/${path}`)}>
            <Icon aria-hidden="true" /> {label}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem onSelect={signOut}>
          <LogOut aria-hidden="true" /> Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
