import { answer, http } from "~/api/client";

/** What came back from another service, by its code: what happened, and what to do. */
const failures: Record<string, [string, string]> = {
  "federation.account_exists": [
    "There is an account with this e-mail address already.",
    "Sign in to it the way you always do, then link the other sign-in under Security.",
  ],
  "federation.email_unverified": [
    "The other service does not vouch for your e-mail address.",
    "Verify the address there, or create an account with a password here.",
  ],
  "federation.expired": ["That took too long, or was begun in another browser.", "Begin again here."],
  "federation.refused": ["The other service did not sign you in.", "Try again, or sign in another way."],
  "federation.linked_elsewhere": [
    "That sign-in opens another account already.",
    "Sign in to the other account and unlink it there first.",
  ],
  "proof.required": ["You were away for long.", "Begin again; you will be asked who you are."],
  "single_sign_on.foreign_domain": [
    "Your address is of no domain of that organization.",
    "Sign in another way, or ask its owners to verify the domain.",
  ],
  "single_sign_on.no_member": [
    "You are no member of that organization.",
    "Ask one of its owners to invite you; then come again.",
  ],
  "sign_up.closed": ["No new accounts can be created here.", "Ask whoever runs this server for one."],
  "invitation.required": ["New accounts need an invitation here.", "Open the link of your invitation first."],
};

/** What to say about a sign-in elsewhere that failed; null when none did. */
export function failureOf(params: URLSearchParams): { title: string; hint: string } | null {
  const code = params.get("failed");
  if (!code) return null;
  const [title, hint] = failures[code] ?? ["Signing in elsewhere did not work.", "Try again, or sign in another way."];
  return { title, hint };
}

/** Leaves for a provider; the browser comes back by itself. */
export async function leaveFor(provider: string, next: string): Promise<void> {
  const path = { params: { path: { provider } }, body: { next } };
  go((await answer(http.POST("/api/v1/auth/federated/{provider}", path))).url);
}

export function go(url: string): void {
  window.location.assign(url);
}
