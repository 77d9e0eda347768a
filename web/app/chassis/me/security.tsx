import { RecentActivity } from "~/chassis/audit/recent-activity";
import { Factors } from "./factors/factors";
import { LinkedCard } from "./linked-card";
import { PasswordCard } from "./password-card";
import { SessionsCard } from "./sessions/sessions-card";

export function meta() {
  return [{ title: "Security · Tenantry" }];
}

/** How one signs in, what protects it, and where one is signed in. */
export default function SecurityPage() {
  return (
    <>
      <PasswordCard />
      <Factors />
      <LinkedCard />
      <SessionsCard />
      <RecentActivity />
    </>
  );
}
