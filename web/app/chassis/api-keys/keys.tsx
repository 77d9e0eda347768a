import { useCan } from "~/api/queries";
import { useFilters } from "~/lib/filters";
import { useOrg } from "~/shell/context";
import { keysOf } from "./api";
import { KeyList } from "./key-list";
import { UsageCard } from "./usage-card";

export function meta() {
  return [{ title: "API keys · Tenantry" }];
}

/** The keys to an organization, and what they are used for. */
export default function KeysPage() {
  const org = useOrg();
  const [filters] = useFilters("which");
  return (
    <>
      <KeyList
        keys={keysOf(org)}
        which={filters.which === "revoked" ? "revoked" : ""}
        may={useCan(org, "api_keys.write")}
        text="Programs come in with these. Members’ own keys to this organization are listed too."
      />
      <UsageCard org={org} />
    </>
  );
}
