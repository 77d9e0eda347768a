import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { asProblem, type Problem } from "~/api/problem";

/**
 * Puts the errors the server found beside their fields. Returns the problem when something remains
 * to be said above the form: when no error could be placed.
 */
export function placeErrors<T extends FieldValues>(
  error: unknown,
  fields: readonly Path<T>[],
  setError: UseFormSetError<T>,
): Problem | null {
  const problem = asProblem(error);
  let placed = 0;
  for (const { field, message } of problem.fields) {
    // The server may say where in the body: "body.source.url" is our "url".
    const name = fields.find((one) => field === one || field.endsWith(`.${one}`));
    if (!name) continue;
    setError(name, { message }, { shouldFocus: placed === 0 });
    placed += 1;
  }
  return placed > 0 && placed === problem.fields.length ? null : problem;
}
