import { useMutation } from "@tanstack/react-query";
import { MailWarning } from "lucide-react";
import { answer, http } from "~/api/client";
import { MailHint } from "~/chassis/auth/mail-hint";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { toastProblem } from "~/ui/toast";

/** On every page until the address is verified: what to do, and the mail once more. */
export function UnverifiedBanner() {
  const { me } = useShell();
  const resend = useMutation({
    mutationFn: () => answer(http.POST("/api/v1/auth/verify/resend")),
    onError: toastProblem,
  });
  if (me.email_verified) return null;
  return (
    <section
      aria-label="Your address is not verified"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b bg-warn-tint px-4 py-2 sm:px-5"
    >
      <MailWarning className="size-4 shrink-0 text-warn" aria-hidden="true" />
      <p className="min-w-0 flex-1 basis-56">
        Please confirm your address with the link we sent to{" "}
        <strong className="font-medium break-words">{me.email}</strong>
        <span className="text-fg-2 max-sm:hidden">: until then you can't invite others.</span>
      </p>
      {resend.isSuccess ? (
        <p role="status" className="text-xs text-fg-2">
          Sent again just now.
        </p>
      ) : (
        <Button onClick={() => resend.mutate()} busy={resend.isPending}>
          Send it again
        </Button>
      )}
      {resend.isSuccess && <MailHint />}
    </section>
  );
}
