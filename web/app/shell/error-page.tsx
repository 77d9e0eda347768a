import { isRouteErrorResponse, Link } from "react-router";
import { asProblem, Problem } from "~/api/problem";
import { Button } from "~/ui/button";
import { Logo } from "~/ui/logo";

function problemOf(error: unknown): Problem {
  if (isRouteErrorResponse(error)) {
    return new Problem({
      status: error.status,
      code: "page",
      detail: error.status === 404 ? "There is no page at this address." : error.statusText,
      hint: "Check the address, or start again from your overview.",
    });
  }
  return asProblem(error);
}

/** A whole page that says what went wrong. */
export function ErrorPage({ error, home }: { error: unknown; home?: string }) {
  const problem = problemOf(error);
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center bg-canvas p-6 text-center">
      <Logo className="mb-6 size-10" />
      <ErrorText problem={problem}>
        <Button variant="primary" size="md" asChild>
          <Link to={home ? `/${home}` : "/start"}>Go to my overview</Link>
        </Button>
        <Button size="md" onClick={() => window.location.reload()}>
          Reload the page
        </Button>
      </ErrorText>
    </main>
  );
}

export function ErrorText({ problem, children }: { problem: Problem; children: React.ReactNode }) {
  return (
    <>
      {problem.status > 0 && <p className="num text-xs font-medium text-fg-3">{problem.status}</p>}
      <h1 className="mt-1 max-w-lg text-xl font-semibold tracking-tight">{problem.message}</h1>
      {problem.hint && <p className="mt-1.5 max-w-md text-fg-2">{problem.hint}</p>}
      {problem.requestId && (
        <p className="mt-3 text-xs text-fg-2">
          Request <code className="font-mono">{problem.requestId}</code>
        </p>
      )}
      <div className="mt-5 flex flex-wrap justify-center gap-2">{children}</div>
    </>
  );
}
