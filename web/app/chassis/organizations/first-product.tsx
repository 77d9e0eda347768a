import { Navigate } from "react-router";
import { useShell } from "~/shell/context";

export default function FirstProduct() {
  const { me, organization, products } = useShell();
  const first = products[0];
  if (me.first_step && organization.role === "owner") return <Navigate to="/welcome" replace />;
  return (
    <Navigate to={first ? `/${organization.slug}/${first.slug}` : `/${organization.slug}/settings/general`} replace />
  );
}
