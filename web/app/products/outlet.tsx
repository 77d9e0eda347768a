import { Outlet } from "react-router";

export default function ProductOutlet() {
  return <Outlet />;
}
