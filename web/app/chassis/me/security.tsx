import { RecentActivity } from "~/chassis/audit/recent-activity";
import { Factors } from "./factors/factors";

export function meta() {
  return [{ title: "Security · Tenantry" }];
}

/** How one signs in, and what protects it. */
export default function SecurityPage() {
  return (
    <>
      <Factors />
      <RecentActivity />
    </>
  );
}
