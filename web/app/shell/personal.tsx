import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation } from "react-router";
import { asProblem } from "~/api/problem";
import { meQuery } from "~/api/queries";
import { lastOrganization } from "~/lib/last-organization";
import { ErrorPage } from "./error-page";
import { OrganizationShell } from "./organization";
import { ShellSkeleton } from "./shell-skeleton";

/** Everything below `/me`: in the frame of the organization one comes from. */
export default function PersonalLayout() {
  const location = useLocation();
  const me = useQuery(meQuery);
  if (me.error) {
    if (asProblem(me.error).status !== 401) return <ErrorPage error={me.error} />;
    return <Navigate to={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`} replace />;
  }
  if (!me.data) return <ShellSkeleton />;
  const organization = lastOrganization(me.data.organizations);
  return organization ? <OrganizationShell org={organization.slug} /> : <Navigate to="/start" replace />;
}
