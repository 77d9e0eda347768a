import { useQuery } from "@tanstack/react-query";
import { ShieldCheck, Smartphone } from "lucide-react";
import { useState } from "react";
import { answer, http } from "~/api/client";
import { dateTime } from "~/lib/format";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Card, CardHead } from "~/ui/card";
import { Dialog } from "~/ui/dialog";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast, toastProblem } from "~/ui/toast";
import { factorsQuery, passkeysQuery, useFactorsChanged } from "./api";
import { AppSetup } from "./app-setup";
import { PasskeysCard } from "./passkeys";
import { RecoveryCodesDialog, RecoveryCodesLine } from "./recovery-codes";

type Question = "app" | "remove-app" | "remove-password" | null;

/** What stands between a stolen password and the account: passkeys, the authenticator app, recovery codes. */
export function Factors() {
  const query = useQuery(factorsQuery);
  const passkeys = useQuery(passkeysQuery).data?.items ?? [];
  const changed = useFactorsChanged();
  const [asking, setAsking] = useState<Question>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const factors = query.data;
  const close = () => setAsking(null);
  const show = async (made: string[]) => {
    close();
    setCodes(made);
    await changed();
  };
  const remove = async (what: () => Promise<unknown>, said: string) => {
    try {
      await what();
      close();
      await changed();
      toast.success(said);
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <>
      <PasskeysCard onCodes={show} />
      <Card>
        <CardHead title="Second step" text="After the password something is asked for that a thief doesn't have.">
          {factors && (
            <Badge tone={factors.authenticator_app || factors.passkeys ? "ok" : "neutral"}>
              <ShieldCheck aria-hidden="true" /> {factors.authenticator_app || factors.passkeys ? "On" : "Off"}
            </Badge>
          )}
        </CardHead>
        <div className="divide-y border-t">
          {query.error && <ProblemNote error={query.error} onRetry={() => query.refetch()} className="m-4" />}
          {query.isPending && (
            <div role="status" aria-label="Loading" className="flex h-14 items-center gap-3 px-4">
              <Skeleton className="size-4" />
              <Skeleton className="h-3 w-1/3" />
            </div>
          )}
          {factors && (
            <div className="flex min-h-12 flex-wrap items-center justify-between gap-3 px-4 py-2.5">
              <div className="flex min-w-0 items-center gap-3">
                <Smartphone className="size-4 shrink-0 text-fg-3" aria-hidden="true" />
                <div>
                  <p className="font-medium">Authenticator app</p>
                  <p className="text-xs text-fg-3">
                    {factors.authenticator_app
                      ? `Set up ${dateTime(factors.authenticator_app.confirmed_at)}.`
                      : "A code from your telephone, new every 30 seconds."}
                  </p>
                </div>
              </div>
              {factors.authenticator_app ? (
                <Button variant="danger-outline" onClick={() => setAsking("remove-app")}>
                  Remove…
                </Button>
              ) : (
                <Button onClick={() => setAsking("app")}>Set up</Button>
              )}
            </div>
          )}
          {factors && (factors.authenticator_app || factors.passkeys > 0) && (
            <RecoveryCodesLine left={factors.recovery_codes} onCodes={show} />
          )}
          {factors?.password && passkeys.some((key) => key.verifies) && (
            <div className="flex min-h-12 flex-wrap items-center justify-between gap-3 px-4 py-2.5">
              <div className="min-w-0">
                <p className="font-medium">Without a password</p>
                <p className="text-xs text-fg-3">
                  Your passkeys are enough; a password that isn't there can't be stolen.
                </p>
              </div>
              <Button variant="danger-outline" onClick={() => setAsking("remove-password")}>
                Remove the password…
              </Button>
            </div>
          )}
        </div>
      </Card>
      {asking === "app" && <AppSetup onCodes={show} onCancel={close} />}
      {asking === "remove-app" && (
        <Sure
          title="Remove the authenticator app?"
          text={
            factors?.passkeys
              ? "Its codes will no longer be accepted. Your passkeys stay your second step."
              : "Your password alone will open your account again, and organizations that require a second step close to you."
          }
          action="Remove the app"
          onSure={() =>
            remove(() => answer(http.DELETE("/api/v1/me/authenticator-app")), "The authenticator app is removed.")
          }
          onClose={close}
        />
      )}
      {asking === "remove-password" && (
        <Sure
          title="Remove the password?"
          text="From now on you sign in with a passkey. You can set a password again by “Forgot your password”."
          action="Remove the password"
          onSure={() => remove(() => answer(http.DELETE("/api/v1/me/password")), "The password is removed.")}
          onClose={close}
        />
      )}
      {codes && <RecoveryCodesDialog codes={codes} onDone={() => setCodes(null)} />}
    </>
  );
}

interface SureProps {
  title: string;
  text: string;
  action: string;
  onSure: () => void;
  onClose: () => void;
}

function Sure({ title, text, action, onSure, onClose }: SureProps) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} text={text}>
      <div className="flex justify-end gap-2">
        <Button size="md" onClick={onClose}>
          Cancel
        </Button>
        <Button size="md" variant="danger" onClick={onSure}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
