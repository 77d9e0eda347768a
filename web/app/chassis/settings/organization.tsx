import { useShell } from "~/shell/context";
import { allowed, organizationPages } from "./pages";
import { Settings } from "./settings";

/** The frame of `/{org}/settings/…`. */
export default function OrganizationSettings() {
  const { organization } = useShell();
  return (
    <Settings
      title="Settings"
      text={`For everybody in ${organization.name}.`}
      base={`/${organization.slug}/settings`}
      pages={allowed(organizationPages, organization.permissions)}
    />
  );
}
