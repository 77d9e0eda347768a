import { QueryClient } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import { asProblem, Problem, readProblem } from "./problem";
import { askForProof } from "./proof";
import type { paths } from "./schema.gen";

/** Sends a request; whatever is no success is thrown as a Problem. */
async function send(request: Request): Promise<Response> {
  const again = request.clone();
  try {
    return await sendOnce(request);
  } catch (error) {
    // What is dangerous to change asks who one is; then it goes on where it was.
    if (!(error instanceof Problem) || error.code !== "proof.required" || !(await askForProof(error.methods)))
      throw error;
    return sendOnce(again);
  }
}

async function sendOnce(request: Request): Promise<Response> {
  // A POST that is sent twice (a double click, a retry after a lost answer) must do its work once.
  if (request.method === "POST") request.headers.set("idempotency-key", crypto.randomUUID());
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw asProblem(error);
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}

/** The API with its types: addresses, parameters and answers are those of the service's own document. */
export const http = createClient<paths>({ fetch: send });

/** What was answered. Failures have been thrown before, so there is something. */
export async function answer<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}

/** For addresses that only the running service knows: the resources of products without pages of their own. */
export async function ask<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  const headers = body === undefined ? undefined : { "content-type": "application/json" };
  const response = await send(
    new Request(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }),
  );
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A refusal stays a refusal: only what may pass is asked again.
        retry: (failures, error) => failures < 2 && error instanceof Problem && error.passing,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
