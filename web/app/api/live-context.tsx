import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { LiveClient, type LiveStatus } from "./live";

const LiveContext = createContext<LiveClient | null>(null);

/** One socket for everything below it. */
export function LiveProvider({ org, children }: { org: string; children: ReactNode }) {
  const queries = useQueryClient();
  const client = useMemo(() => {
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    return new LiveClient(`${scheme}://${window.location.host}/api/v1/orgs/${org}/live`);
  }, [org]);
  useEffect(() => {
    const wake = () => {
      if (document.visibilityState === "visible") client.wake();
    };
    // Asking who we are again leads to the sign-in page, or to the page that says what is missing.
    const refused = client.onRefused(() => void queries.invalidateQueries());
    client.start();
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    return () => {
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      refused();
      client.stop();
    };
  }, [client, queries]);
  return <LiveContext value={client}>{children}</LiveContext>;
}

export function useLiveStatus(): LiveStatus {
  const client = useContext(LiveContext);
  return useSyncExternalStore(
    (changed) => client?.onStatus(changed) ?? (() => undefined),
    () => client?.status ?? "offline",
    () => "offline",
  );
}

/** Calls `listener` with the topic's state now and after each change, as long as `enabled`. */
export function useTopic<T>(topic: string, listener: (data: T) => void, enabled = true): void {
  const client = useContext(LiveContext);
  const current = useRef(listener);
  current.current = listener;
  useEffect(() => {
    if (!client || !enabled) return;
    return client.subscribe(topic, (data) => current.current(data as T));
  }, [client, topic, enabled]);
}
