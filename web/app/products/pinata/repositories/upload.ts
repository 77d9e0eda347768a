import { Problem, type ProblemBody } from "~/api/problem";
import { createUpload } from "../api";

const ENDINGS = [".zip", ".tar.gz", ".tgz"];

/** What is wrong with this file as an archive, or null. */
export function archiveFault(file: { name: string; size: number }): string | null {
  if (!ENDINGS.some((ending) => file.name.toLowerCase().endsWith(ending))) {
    return `${file.name} isn't an archive we can read. Use a .zip or a .tar.gz.`;
  }
  if (file.size === 0) return `${file.name} is empty.`;
  return null;
}

/**
 * Sends an archive to the address the server signs for it. Answers with the upload's id.
 * `fetch` tells nothing about what has been sent, hence XMLHttpRequest.
 */
export async function sendArchive(
  org: string,
  file: File,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const upload = await createUpload(org, file);
  await new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(upload.method, upload.url);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? resolve() : reject(problemOf(request)));
    request.onerror = () => reject(problemOf(request));
    request.onabort = () => reject(new DOMException("Cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
  return upload.id;
}

function problemOf(request: XMLHttpRequest): Problem {
  const fallback: ProblemBody = {
    status: request.status,
    code: "upload.failed",
    detail: request.status ? `The upload was refused (${request.status}).` : "The connection broke during the upload.",
    hint: "Try again.",
  };
  if (!request.getResponseHeader("content-type")?.includes("json")) return new Problem(fallback);
  return new Problem({ ...fallback, ...(JSON.parse(request.responseText) as Partial<ProblemBody>) });
}
