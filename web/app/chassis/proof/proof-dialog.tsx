import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { answer, http } from "~/api/client";
import { asProblem, type Problem } from "~/api/problem";
import { passkeysPossible, signWithPasskey } from "~/chassis/auth/passkey";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";

const ways = {
  passkey: { offer: "Use a passkey", label: "" },
  password: { offer: "Use the password", label: "Password" },
  authenticator_app: { offer: "Use the authenticator app", label: "Code of the authenticator app" },
  recovery_code: { offer: "Use a recovery code", label: "Recovery code" },
};
type Way = keyof typeof ways;

interface Props {
  methods: string[];
  onDone: (proved: boolean) => void;
}

/** Asks somebody who is signed in to show once more that it is them. */
export default function ProofDialog({ methods, onDone }: Props) {
  const known = methods.filter((way): way is Way => way in ways && (way !== "passkey" || passkeysPossible()));
  const [way, setWay] = useState<Way | undefined>(known[0]);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onDone(false)}
      title="Is it still you?"
      text="This changes how your account is protected, so show once more that it is you. Then it goes on by itself."
      className="w-[min(26rem,calc(100vw-1.5rem))]"
    >
      {way ? (
        <div className="grid gap-4">
          <Proof key={way} way={way} onDone={onDone} />
          {known
            .filter((other) => other !== way)
            .map((other) => (
              <Button key={other} variant="ghost" className="justify-self-center" onClick={() => setWay(other)}>
                {ways[other].offer}
              </Button>
            ))}
        </div>
      ) : (
        <div className="grid gap-3">
          <p className="text-fg-2">Sign out and in again the way you always do; after that it is open for a while.</p>
          <Button size="md" className="justify-self-end" onClick={() => onDone(false)}>
            Close
          </Button>
        </div>
      )}
    </Dialog>
  );
}

function Proof({ way, onDone }: { way: Way; onDone: (proved: boolean) => void }) {
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const field = problem?.fields[0]?.message;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // The form around it, if there is one, is not meant.
    event.stopPropagation();
    setBusy(true);
    setProblem(null);
    try {
      if (await prove(way, value)) onDone(true);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      {problem && !field && <ProblemNote error={problem} />}
      {way !== "passkey" && (
        <Field label={ways[way].label} error={field}>
          <Input
            value={value}
            onChange={(event) => setValue(event.target.value)}
            type={way === "password" ? "password" : "text"}
            inputMode={way === "authenticator_app" ? "numeric" : undefined}
            autoComplete={way === "password" ? "current-password" : "one-time-code"}
            autoFocus
          />
        </Field>
      )}
      <Button
        type="submit"
        variant="primary"
        size="lg"
        busy={busy}
        disabled={way !== "passkey" && !value}
        className="justify-center"
      >
        {way === "passkey" ? (
          <>
            <KeyRound aria-hidden="true" /> Use a passkey
          </>
        ) : (
          "Continue"
        )}
      </Button>
    </form>
  );
}

async function prove(way: Way, value: string): Promise<boolean> {
  if (way === "passkey") {
    const { options } = await answer(http.POST("/api/v1/me/proof/passkey/options"));
    const credential = await signWithPasskey(options);
    if (!credential) return false;
    await answer(http.POST("/api/v1/me/proof/passkey", { body: { credential } }));
    return true;
  }
  await answer(http.POST("/api/v1/me/proof", { body: way === "password" ? { password: value } : { code: value } }));
  return true;
}
