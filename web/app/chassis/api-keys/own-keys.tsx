import { ownKeys } from "./api";
import { KeyList } from "./key-list";

export function meta() {
  return [{ title: "Your API keys · Tenantry" }];
}

/** One's own keys, to whichever organization. */
export default function OwnKeysPage() {
  return (
    <KeyList
      keys={ownKeys}
      which=""
      may
      text="They act as you, in one organization each, and may never do more than you may there."
    />
  );
}
