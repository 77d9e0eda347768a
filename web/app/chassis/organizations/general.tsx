import { useShell } from "~/shell/context";
import { AboutForm } from "./about-form";
import { DangerZone } from "./danger-zone";
import { YourRights } from "./your-rights";

export function meta() {
  return [{ title: "General settings · Tenantry" }];
}

/** What the organization is called and where it is, what you may do in it, and how it ends. */
export default function GeneralSettings() {
  const { organization } = useShell();
  return (
    <>
      <AboutForm key={organization.slug} />
      <YourRights />
      <DangerZone />
    </>
  );
}
