import { Navigate } from "react-router";
import { useOrg } from "~/shell/context";

/** Where an organization's page was before it had settings. */
export default function FormerPage() {
  return <Navigate to={`/${useOrg()}/settings/general`} replace />;
}
