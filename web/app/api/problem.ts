/** An error as the server tells it (RFC 9457): what happened, what to do, and the id under which it stands in the log. */
export interface ProblemBody {
  status: number;
  code: string;
  detail: string;
  hint?: string | null;
  request_id?: string | null;
  errors?: { field: string; message: string }[];
  /** With `proof.required`: by what one can show again that it is oneself. */
  methods?: string[];
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: { field: string; message: string }[];
  readonly methods: string[];

  constructor(body: ProblemBody) {
    super(body.detail);
    this.name = "Problem";
    this.status = body.status;
    this.code = body.code;
    this.hint = body.hint ?? undefined;
    this.requestId = body.request_id ?? undefined;
    this.fields = body.errors ?? [];
    this.methods = body.methods ?? [];
  }

  /** Another try may do better: the network, or the server's own trouble. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export async function readProblem(response: Response): Promise<Problem> {
  const requestId = response.headers.get("x-request-id");
  const fallback: ProblemBody = {
    status: response.status,
    code: "http.unexpected",
    detail: `The server answered ${response.status} and said no more.`,
    hint: "Try again in a moment.",
    request_id: requestId,
  };
  if (!response.headers.get("content-type")?.includes("json")) return new Problem(fallback);
  const body = (await response.json()) as Partial<ProblemBody>;
  const said = Object.fromEntries(Object.entries(body).filter(([, value]) => value != null));
  return new Problem({ ...fallback, hint: null, ...said, status: response.status });
}

/** Whatever was thrown, as a Problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return new Problem({
      status: 0,
      code: "network.unreachable",
      detail: "The server can't be reached.",
      hint: "Check that Tenantry is running and that you are online, then try again.",
    });
  }
  return new Problem({
    status: 500,
    code: "interface.error",
    detail: error instanceof Error ? error.message : String(error),
    hint: "Reload the page. If it happens again, tell us what you did just before.",
  });
}
