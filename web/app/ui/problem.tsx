import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { asProblem } from "~/api/problem";
import { cn } from "~/lib/classes";
import { Button } from "./button";

interface Props {
  error: unknown;
  onRetry?: () => void;
  action?: ReactNode;
  className?: string;
}

/** What happened, what to do, and the id to quote. */
export function ProblemNote({ error, onRetry, action, className }: Props) {
  const problem = asProblem(error);
  return (
    <div role="alert" className={cn("flex gap-3 rounded-lg border border-line-strong bg-bad-tint p-3.5", className)}>
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{problem.message}</p>
        {problem.hint && <p className="mt-0.5 text-fg-2">{problem.hint}</p>}
        {problem.requestId && (
          <p className="mt-1.5 text-xs text-fg-2">
            Request <code className="font-mono break-all">{problem.requestId}</code>
          </p>
        )}
        {(onRetry || action) && (
          <div className="mt-3 flex flex-wrap gap-2">
            {onRetry && (
              <Button onClick={onRetry}>
                <RotateCw aria-hidden="true" /> Try again
              </Button>
            )}
            {action}
          </div>
        )}
      </div>
    </div>
  );
}
