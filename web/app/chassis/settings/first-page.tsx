import { Navigate } from "react-router";
import { useShell } from "~/shell/context";
import { allowed, organizationPages } from "./pages";

/** `/{org}/settings` alone leads to the first page that one may open. */
export default function FirstPage() {
  const { organization } = useShell();
  const first = allowed(organizationPages, organization.permissions)[0];
  return <Navigate to={`/${organization.slug}/${first ? `settings/${first.path}` : ""}`} replace />;
}
