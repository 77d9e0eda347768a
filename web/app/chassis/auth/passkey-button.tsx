import { KeyRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { answer, http } from "~/api/client";
import { asProblem, type Problem } from "~/api/problem";
import { Button } from "~/ui/button";
import { autofillPossible, passkeysPossible, signWithPasskey } from "./passkey";
import { useSignedIn } from "./session";

/** Signs in with a passkey alone. Browsers that can also offer it inside the e-mail field do so. */
export function PasskeyButton({ onProblem }: { onProblem: (problem: Problem | null) => void }) {
  const signedIn = useSignedIn();
  const [busy, setBusy] = useState(false);
  const [possible, setPossible] = useState(false);
  const enter = async (autofill: boolean) => {
    const { options } = await answer(http.POST("/api/v1/auth/passkey/options"));
    const credential = await signWithPasskey(options, autofill);
    if (credential) await signedIn(await answer(http.POST("/api/v1/auth/passkey", { body: { credential } })));
  };
  const offered = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: offered once, when the page opens
  useEffect(() => {
    setPossible(passkeysPossible());
    if (offered.current) return;
    offered.current = true;
    autofillPossible()
      .then((can) => (can ? enter(true) : undefined))
      .catch((error) => onProblem(asProblem(error)));
  }, []);
  if (!possible) return null;
  const click = async () => {
    setBusy(true);
    onProblem(null);
    try {
      await enter(false);
    } catch (error) {
      onProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button size="lg" busy={busy} onClick={click} className="w-full justify-center">
      <KeyRound aria-hidden="true" /> Sign in with a passkey
    </Button>
  );
}
