/** How somebody is asked, in place, to show again that it is them. Resolves to whether they did. */
type Ask = (methods: string[]) => Promise<boolean>;

let asked: Ask | null = null;

/** Says who asks; the frame of the interface does, once. */
export function setProofAsker(ask: Ask | null): void {
  asked = ask;
}

export async function askForProof(methods: string[]): Promise<boolean> {
  return asked ? asked(methods) : false;
}
