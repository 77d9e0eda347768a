import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { Problem } from "~/api/problem";

type Options = Record<string, unknown>;

// The library is wanted by few pages, and only once somebody uses a passkey there.
const library = () => import("@simplewebauthn/browser");

/** Passkeys are bound to a name; a page opened by its number has none. */
export function passkeysPossible(): boolean {
  return typeof window !== "undefined" && "PublicKeyCredential" in window && !byNumber();
}

/** The same page by a name that passkeys can be bound to, when this machine itself is meant. */
export function namedAddress(): string | null {
  if (typeof window === "undefined" || !byNumber()) return null;
  const { protocol, port, pathname } = window.location;
  return `${protocol}//localhost${port ? `:${port}` : ""}${pathname}`;
}

function byNumber(): boolean {
  return /^(127\.|\[)/.test(window.location.hostname);
}

/** Makes a passkey; null when the person would rather not. */
export async function makePasskey(options: Options) {
  const { startRegistration } = await library();
  return attempt(() =>
    startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }),
  );
}

/** Signs with a passkey; null when the person would rather not. */
export async function signWithPasskey(options: Options, autofill = false) {
  const { startAuthentication } = await library();
  return attempt(() =>
    startAuthentication({
      optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON,
      useBrowserAutofill: autofill,
    }),
  );
}

export async function autofillPossible(): Promise<boolean> {
  return passkeysPossible() && (await library()).browserSupportsWebAuthnAutofill();
}

async function attempt<T extends object>(work: () => Promise<T>): Promise<Record<string, unknown> | null> {
  try {
    return { ...(await work()) } as Record<string, unknown>;
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    // Closed by the person, run out, or given up for another attempt: browsers don't tell which.
    if (name === "NotAllowedError" || name === "AbortError") return null;
    throw new Problem({
      status: 0,
      code: name === "InvalidStateError" ? "passkey.in_use" : "passkey.failed",
      detail:
        name === "InvalidStateError"
          ? "This device has a passkey for your account already."
          : "The passkey could not be used.",
      hint: name === "InvalidStateError" ? "Use another device or security key." : "Try again, or use another way.",
    });
  }
}
