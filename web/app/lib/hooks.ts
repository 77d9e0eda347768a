import { useEffect, useRef, useState, useSyncExternalStore } from "react";

/** The time in milliseconds, renewed every `every` milliseconds. */
export function useNow(every = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** The value once it has stood still for `wait` milliseconds. */
export function useSettled<T>(value: T, wait = 200): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
    () => false,
  );
}

/** The title of the browser's tab. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Tenantry` : "Tenantry";
  }, [title]);
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest("[role=menu]") !== null)
  );
}

/**
 * Calls the function of the key that was pressed: "j", "?", "Enter", "mod+k" (⌘ or Ctrl).
 * Plain keys are left alone while somebody types, in menus and behind an open dialog.
 */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>, enabled = true): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (!enabled) return;
    const pressed = (event: KeyboardEvent) => {
      const mod = event.metaKey || event.ctrlKey;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const handler = current.current[mod ? `mod+${name}` : name];
      if (!handler || event.altKey || event.defaultPrevented) return;
      if (!mod && (typing(event.target) || document.querySelector("[role=dialog][data-modal]"))) return;
      handler(event);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [enabled]);
}
