import { Navigate } from "react-router";
import { useShell } from "~/shell/context";

export default function FirstProduct() {
  const { organization, products } = useShell();
  const first = products[0];
  return (
    <Navigate to={first ? `/${organization.slug}/${first.slug}` : `/${organization.slug}/settings/general`} replace />
  );
}
