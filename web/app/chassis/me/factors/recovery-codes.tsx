import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "~/ui/button";
import { CopyButton } from "~/ui/copy-button";
import { Dialog } from "~/ui/dialog";
import { toastProblem } from "~/ui/toast";
import { renewRecoveryCodes, useFactorsChanged } from "./api";

/** The ten codes, the one time they can be seen. */
export function RecoveryCodesDialog({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const text = codes.join("\n");
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`Recovery codes for Tenantry\n\n${text}\n`)}`;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onDone()}
      title="Keep these recovery codes"
      text="Each lets you in once when your passkey or telephone is lost. They are shown now and never again."
    >
      <ul
        aria-label="Recovery codes"
        className="grid gap-x-6 gap-y-1.5 rounded-lg border bg-sunken p-4 font-mono text-base sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <CopyButton text={text} label="Copy the recovery codes" />
        <Button size="md" asChild>
          <a href={file} download="tenantry-recovery-codes.txt">
            <Download aria-hidden="true" /> Download
          </a>
        </Button>
        <Button size="md" variant="primary" className="ml-auto" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    </Dialog>
  );
}

/** How many are left, and new ones. */
export function RecoveryCodesLine({ left, onCodes }: { left: number; onCodes: (codes: string[]) => void }) {
  const changed = useFactorsChanged();
  const [busy, setBusy] = useState(false);
  const renew = async () => {
    setBusy(true);
    try {
      const codes = await renewRecoveryCodes();
      await changed();
      onCodes(codes);
    } catch (error) {
      toastProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-3 px-4 py-2.5">
      <div className="min-w-0">
        <p className="font-medium">Recovery codes</p>
        <p className="text-xs text-fg-3">
          {left > 0 ? `${left} of 10 are left. New ones replace them.` : "None. They let you in when all else is lost."}
        </p>
      </div>
      <Button busy={busy} onClick={renew}>
        {left > 0 ? "Make new ones" : "Make recovery codes"}
      </Button>
    </div>
  );
}
