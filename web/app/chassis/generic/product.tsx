import { Outlet, useParams } from "react-router";
import { useShell } from "~/shell/context";
import NotFound from "~/shell/not-found";

/** The frame of a product that brings no pages of its own. */
export default function GenericProduct() {
  const { product: slug } = useParams();
  const { products } = useShell();
  return products.some((one) => one.slug === slug) ? <Outlet /> : <NotFound />;
}
