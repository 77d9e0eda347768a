import { Navigate } from "react-router";

/** `/me` alone. */
export default function FirstPage() {
  return <Navigate to="/me/profile" replace />;
}
