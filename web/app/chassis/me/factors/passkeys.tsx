import { useQuery } from "@tanstack/react-query";
import { KeyRound, Pencil, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { answer, http } from "~/api/client";
import type { Api } from "~/api/types";
import { makePasskey, namedAddress, passkeysPossible } from "~/chassis/auth/passkey";
import { ago } from "~/lib/format";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";
import { factorsQuery, passkeysQuery, renewRecoveryCodes, useFactorsChanged } from "./api";

type Passkey = Api<"PasskeyOut">;

/** Passkeys: added, renamed, removed. */
export function PasskeysCard({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const query = useQuery(passkeysQuery);
  const factors = useQuery(factorsQuery).data;
  const changed = useFactorsChanged();
  const [adding, setAdding] = useState(false);
  const [renaming, setRenaming] = useState<Passkey | null>(null);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const elsewhere = namedAddress();
  const items = query.data?.items ?? [];
  const add = async (name: string) => {
    const { options } = await answer(http.POST("/api/v1/me/passkeys/options"));
    const credential = await makePasskey(options);
    if (!credential) return;
    await answer(http.POST("/api/v1/me/passkeys", { body: { name, credential } }));
    setAdding(false);
    const codes = factors?.recovery_codes ? null : await renewRecoveryCodes();
    await changed();
    toast.success("The passkey is ready.");
    if (codes) onCodes(codes);
  };
  const rename = async (name: string) => {
    if (!renaming) return;
    await answer(http.PATCH("/api/v1/me/passkeys/{id}", { params: { path: { id: renaming.id } }, body: { name } }));
    setRenaming(null);
    await changed();
  };
  const remove = async () => {
    if (!removing) return;
    try {
      await answer(http.DELETE("/api/v1/me/passkeys/{id}", { params: { path: { id: removing.id } } }));
      setRemoving(null);
      await changed();
      toast.success("The passkey is removed.");
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <Card>
      <CardHead
        title="Passkeys"
        text="Sign in by finger, face or PIN. A passkey can't be guessed, and works on no page but ours."
      >
        {passkeysPossible() && (
          <Button onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" /> Add a passkey
          </Button>
        )}
      </CardHead>
      <div className="border-t">
        {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
        {query.isPending && (
          <div role="status" aria-label="Loading" className="flex h-12 items-center gap-3 px-4">
            <Skeleton className="size-4" />
            <Skeleton className="h-3 w-1/3" />
          </div>
        )}
        {items.length > 0 && (
          <ul aria-label="Passkeys">
            {items.map((key) => (
              <li key={key.id} className="flex min-h-12 items-center gap-3 border-b px-4 py-2 last:border-b-0">
                <KeyRound className="size-4 shrink-0 text-fg-3" aria-hidden="true" />
                <div className="min-w-0 flex-1">
                  <p className="flex flex-wrap items-center gap-x-2 font-medium">
                    <span className="truncate">{key.name}</span>
                    {key.synced && <Badge>Synced</Badge>}
                    {!key.verifies && <Badge tone="warn">Second step only</Badge>}
                  </p>
                  <p className="text-xs text-fg-3">
                    Added {ago(key.created_at, Date.now())}
                    {key.used_at ? `, last used ${ago(key.used_at, Date.now())}` : ", not used yet"}
                  </p>
                </div>
                <Button variant="ghost" size="icon" aria-label={`Rename ${key.name}`} onClick={() => setRenaming(key)}>
                  <Pencil aria-hidden="true" />
                </Button>
                <Button variant="ghost" size="icon" aria-label={`Remove ${key.name}`} onClick={() => setRemoving(key)}>
                  <Trash2 aria-hidden="true" />
                </Button>
              </li>
            ))}
          </ul>
        )}
        {query.data && items.length === 0 && (
          <p className="px-4 py-3.5 text-fg-2">
            {elsewhere ? (
              <>
                Passkeys are bound to a name, and this page was opened by its number.{" "}
                <a href={elsewhere} className="font-medium text-fg underline underline-offset-2">
                  Open it at localhost
                </a>{" "}
                to add one.
              </>
            ) : (
              "None yet. Add one, and your password is no longer needed to sign in on this device."
            )}
          </p>
        )}
      </div>
      {adding && (
        <NameDialog
          title="Add a passkey"
          text="Name the device or key it will live in, so that you know it again. Your browser asks for the rest."
          initial={deviceName()}
          action="Continue"
          onName={add}
          onClose={() => setAdding(false)}
        />
      )}
      {renaming && (
        <NameDialog
          title="Rename the passkey"
          initial={renaming.name}
          action="Rename"
          onName={rename}
          onClose={() => setRenaming(null)}
        />
      )}
      {removing && (
        <Dialog
          open
          onOpenChange={(open) => !open && setRemoving(null)}
          title={`Remove ${removing.name}?`}
          text="It will no longer let you in. Your device may still offer it until you delete it there, too."
        >
          <div className="flex justify-end gap-2">
            <Button size="md" onClick={() => setRemoving(null)}>
              Cancel
            </Button>
            <Button size="md" variant="danger" onClick={remove}>
              Remove the passkey
            </Button>
          </div>
        </Dialog>
      )}
    </Card>
  );
}

interface NameProps {
  title: string;
  text?: string;
  initial: string;
  action: string;
  onName: (name: string) => Promise<void>;
  onClose: () => void;
}

function NameDialog({ title, text, initial, action, onName, onClose }: NameProps) {
  const [name, setName] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onName(name);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} text={text}>
      <form onSubmit={submit} className="grid gap-4" noValidate>
        {error != null && <ProblemNote error={error} />}
        <Field label="Name" error={name.trim() ? undefined : "Give it a name."}>
          <Input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} autoFocus />
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size="md" variant="primary" busy={busy} disabled={!name.trim()}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What this device is probably called. */
function deviceName(): string {
  const agent = typeof navigator === "undefined" ? "" : navigator.userAgent;
  const known = ["iPhone", "iPad", "Android", "Windows", "Mac", "Linux"].find((word) => agent.includes(word));
  return known === "Mac"
    ? "MacBook"
    : known
      ? `My ${known} device`.replace("iPhone device", "iPhone").replace("iPad device", "iPad")
      : "";
}
