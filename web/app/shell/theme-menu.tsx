import { useQueryClient } from "@tanstack/react-query";
import { Monitor, Moon, Sun } from "lucide-react";
import { meQuery } from "~/api/queries";
import { changeMe } from "~/chassis/me/api";
import { setTheme, type Theme, useTheme } from "~/lib/theme";
import { Button } from "~/ui/button";
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "~/ui/menu";
import { toastProblem } from "~/ui/toast";

export const themes: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
];

/** Shows the theme at once, and keeps it with the account of whoever is signed in; if that fails, the old one comes back. */
export function useChooseTheme(): (theme: Theme) => void {
  const client = useQueryClient();
  return (theme) => {
    setTheme(theme);
    const me = client.getQueryData(meQuery.queryKey);
    if (!me) return;
    changeMe(client, { theme }).catch((error: unknown) => {
      setTheme(me.theme);
      toastProblem(error);
    });
  };
}

export function ThemeMenu() {
  const theme = useTheme();
  const choose = useChooseTheme();
  const Icon = themes.find((one) => one.value === theme)?.icon ?? Monitor;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label="Theme">
          <Icon aria-hidden="true" />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuRadioGroup value={theme} onValueChange={(value) => choose(value as Theme)}>
          {themes.map((one) => (
            <MenuRadioItem key={one.value} value={one.value}>
              <one.icon aria-hidden="true" /> {one.label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
