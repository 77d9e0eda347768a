import type { Problem } from "~/api/problem";

/** Takes addresses apart however they were put together: by commas, semicolons, spaces or lines, with names or without. */
export function splitAddresses(text: string): string[] {
  const found = text
    .replace(/"[^"]*"/g, "")
    .split(/[\n,;]+/)
    .flatMap((part) => /<([^<>]+)>/.exec(part)?.[1] ?? part.split(/\s+/))
    .map((one) => one.trim())
    .filter(Boolean);
  return [...new Set(found)];
}

/** What is wrong with which address: the server names each by its place, `emails.2`. */
export function addressErrors(problem: Problem, sent: string[]): string | null {
  const told = problem.fields.flatMap(({ field, message }) => {
    const place = /emails\.(\d+)$/.exec(field)?.[1];
    return place === undefined ? [] : [`${sent[Number(place)]}: ${message}`];
  });
  return told.length > 0 ? told.join(" ") : null;
}
