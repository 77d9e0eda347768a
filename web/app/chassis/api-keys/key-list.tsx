import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { Empty } from "~/ui/empty";
import { FilterTabs } from "~/ui/filter-tabs";
import { ProblemNote } from "~/ui/problem";
import { SkeletonRows } from "~/ui/skeleton";
import { type ApiKey, type ApiKeyMade, type Keys, keysQuery } from "./api";
import { type Deed, KeyRow } from "./key-row";
import { SecretShown } from "./secret-shown";

const NewKey = lazy(() => import("./new-key"));
const RenameKey = lazy(() => import("./rename-key"));
const RevokeKey = lazy(() => import("./revoke-key"));
const RotateKey = lazy(() => import("./rotate-key"));
const KeyPanel = lazy(() => import("./key-panel"));

interface Props {
  keys: Keys;
  which: "" | "revoked";
  may: boolean;
  text: string;
}

/** Keys with what can be done to them; a secret that was just made stands above them until it is put away. */
export function KeyList({ keys, which, may, text }: Props) {
  const query = useQuery(keysQuery(keys, which));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<ApiKeyMade | null>(null);
  const [deed, setDeed] = useState<{ kind: Deed; key: ApiKey } | null>(null);
  const rows = query.data?.items ?? [];
  const close = () => setDeed(null);
  const done = (key: ApiKeyMade) => {
    setMaking(false);
    setDeed(null);
    setMade(key);
  };
  const make = (
    <Button variant="primary" size="md" onClick={() => setMaking(true)}>
      <Plus aria-hidden="true" /> New key
    </Button>
  );
  return (
    <>
      {made && <SecretShown made={made} onClose={() => setMade(null)} />}
      <Card className="overflow-hidden">
        <CardHead title={keys.own ? "Your API keys" : "API keys"} text={text}>
          {may && which === "" && !made && rows.length > 0 && make}
        </CardHead>
        {!keys.own && (
          <div className="border-t px-2 py-1.5">
            <FilterTabs
              name="which"
              label="Keys"
              tabs={[
                { value: "", label: "Current" },
                { value: "revoked", label: "Revoked" },
              ]}
            />
          </div>
        )}
        {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
        {query.isPending && <SkeletonRows rows={3} />}
        {query.isSuccess && rows.length === 0 && (
          <Empty
            icon={KeyRound}
            title={which ? "No key was revoked" : "No keys yet"}
            className="border-t"
            action={may && !which && make}
          >
            {which
              ? "A key that is revoked stays here, so that what it did can be looked up."
              : "A key lets a program read and change things here, as far as you allow it."}
          </Empty>
        )}
        {rows.length > 0 && (
          <ul className="border-t" aria-label="API keys">
            {rows.map((key) => (
              <KeyRow key={key.id} apiKey={key} keys={keys} may={may} onDo={(kind) => setDeed({ kind, key })} />
            ))}
          </ul>
        )}
      </Card>
      <Suspense>
        {making && <NewKey keys={keys} onClose={() => setMaking(false)} onMade={done} />}
        {deed?.kind === "open" && <KeyPanel apiKey={deed.key} onClose={close} />}
        {deed?.kind === "rename" && <RenameKey keys={keys} apiKey={deed.key} onClose={close} />}
        {deed?.kind === "rotate" && <RotateKey keys={keys} apiKey={deed.key} onClose={close} onRotated={done} />}
        {deed?.kind === "revoke" && <RevokeKey keys={keys} apiKey={deed.key} onClose={close} />}
      </Suspense>
    </>
  );
}
