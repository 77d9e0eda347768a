import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";

export type Filters<K extends string> = Record<K, string>;

/** Reads the named filters from an address; a missing one is the empty string. */
export function readFilters<K extends string>(params: URLSearchParams, names: readonly K[]): Filters<K> {
  const filters = {} as Filters<K>;
  for (const name of names) filters[name] = params.get(name) ?? "";
  return filters;
}

/** The address with some filters changed. Empty ones leave it, and what isn't a filter stays as it was. */
export function writeFilters(params: URLSearchParams, change: Record<string, string | undefined>): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** Filters that live in the address, so that a reload, a bookmark or a link keeps them. */
export function useFilters<K extends string>(...names: K[]) {
  const [params, setParams] = useSearchParams();
  const key = names.join(",");
  const filters = useMemo(() => readFilters(params, key.split(",") as K[]), [params, key]);
  const set = useCallback(
    (change: Partial<Filters<K>>) =>
      setParams((old) => writeFilters(old, change as Record<string, string | undefined>), {
        replace: true,
        preventScrollReset: true,
      }),
    [setParams],
  );
  return [filters, set] as const;
}

/** A text filter as it is typed: answers at once, and writes the address when the typing pauses. */
export function useTypedFilter(value: string, write: (value: string) => void): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const written = useRef(value);
  useEffect(() => {
    // Changed from elsewhere (a link, the back button): what was typed gives way.
    if (value !== written.current) setTyped(value);
    written.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      written.current = next.trim();
      write(next.trim());
    }, 200);
  };
  return [typed, type];
}
