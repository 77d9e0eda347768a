import { useQuery } from "@tanstack/react-query";
import { Navigate } from "react-router";
import { asProblem } from "~/api/problem";
import { meQuery } from "~/api/queries";
import { NoOrganization } from "~/chassis/organizations/none";
import { lastOrganization } from "~/lib/last-organization";
import { ErrorPage } from "~/shell/error-page";
import { ShellSkeleton } from "~/shell/shell-skeleton";

/** Sends whoever comes to their first organization, or to sign in. */
export default function Start() {
  const me = useQuery(meQuery);
  if (me.error) {
    return asProblem(me.error).status === 401 ? <Navigate to="/sign-in" replace /> : <ErrorPage error={me.error} />;
  }
  if (!me.data) return <ShellSkeleton />;
  const open = me.data.organizations.filter((one) => !one.erase_at);
  const first = lastOrganization(open);
  return first ? <Navigate to={`/${first.slug}`} replace /> : <NoOrganization me={me.data} />;
}
