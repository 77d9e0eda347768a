import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answer, http } from "~/api/client";
import { asProblem, type Problem } from "~/api/problem";
import { Button } from "~/ui/button";
import { CopyButton } from "~/ui/copy-button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";

interface Props {
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}

/** The QR code, the secret for typing in, and the code that confirms it. */
export function AppSetup({ onCodes, onCancel }: Props) {
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const setup = useQuery({
    queryKey: ["me", "app-setup"],
    queryFn: () => answer(http.POST("/api/v1/me/authenticator-app")),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      onCodes((await answer(http.POST("/api/v1/me/authenticator-app/confirm", { body: { code } }))).recovery_codes);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const field = problem?.fields[0]?.message;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onCancel()}
      title="Set up an authenticator app"
      text="Scan the picture with an app such as Aegis, 1Password or Google Authenticator, then enter the code it shows."
    >
      {setup.error ? (
        <ProblemNote error={setup.error} onRetry={() => setup.refetch()} />
      ) : (
        <form onSubmit={submit} className="grid gap-4" noValidate>
          <div className="flex flex-wrap items-center gap-4">
            {setup.data ? (
              <img
                src={`data:image/svg+xml,${encodeURIComponent(setup.data.qr)}`}
                alt="QR code for the authenticator app"
                className="size-44 rounded-lg border bg-white"
              />
            ) : (
              <Skeleton className="size-44 rounded-lg" />
            )}
            <div className="min-w-0 flex-1 basis-48">
              <p className="text-fg-2">No camera? Type this secret into the app:</p>
              <div className="mt-1.5 flex items-center gap-1">
                {setup.data ? (
                  <>
                    <code className="font-mono text-xs break-all">
                      {setup.data.secret.replace(/(.{4})(?=.)/g, "$1 ")}
                    </code>
                    <CopyButton text={setup.data.secret} label="Copy the secret" />
                  </>
                ) : (
                  <Skeleton className="h-4 w-full" />
                )}
              </div>
            </div>
          </div>
          {problem && !field && <ProblemNote error={problem} />}
          <Field label="Code" error={field} hint="Six digits; a new one every 30 seconds.">
            <Input
              value={code}
              onChange={(event) => setCode(event.target.value)}
              inputMode="numeric"
              autoComplete="one-time-code"
              className="num font-mono tracking-[0.2em]"
            />
          </Field>
          <div className="flex justify-end gap-2">
            <Button size="md" onClick={onCancel}>
              Cancel
            </Button>
            <Button
              type="submit"
              size="md"
              variant="primary"
              busy={busy}
              disabled={!setup.data || code.replace(/\s/g, "").length < 6}
            >
              Confirm
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
