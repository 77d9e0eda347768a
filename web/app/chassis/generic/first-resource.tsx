import { Boxes } from "lucide-react";
import { Navigate } from "react-router";
import { Empty } from "~/ui/empty";
import { Page } from "~/ui/page";
import { useGeneric } from "./resource";

export default function FirstResource() {
  const { product, base } = useGeneric();
  const first = product?.resources[0];
  if (first) return <Navigate to={`${base}/${first.name}`} replace />;
  return (
    <Page crumbs={[{ label: product?.name ?? "Product" }]}>
      <Empty icon={Boxes} title={`${product?.name} has nothing to show`}>
        It has neither pages nor lists of its own. Its API may still be of use.
      </Empty>
    </Page>
  );
}
