import { useEffect, useState } from "react";

/** The secret behind the `#` of a link from a mail. It is taken out of the address bar, and so out of the history. */
export function useLinkToken(): string {
  const [token, setToken] = useState("");
  useEffect(() => {
    const secret = window.location.hash.slice(1);
    if (!secret) return;
    setToken(secret);
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);
  return token;
}
