import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { asProblem } from "~/api/problem";
import { cn } from "~/lib/classes";
import { useTitle } from "~/lib/hooks";
import { ErrorText } from "~/shell/error-page";
import { type Crumb, TopBar } from "~/shell/top-bar";
import { Button } from "./button";

interface Props {
  /** Where this page is, from the product down; the last one is the page itself. */
  crumbs: Crumb[];
  title?: string;
  actions?: ReactNode;
  /** Without it the content fills the panel and scrolls itself. */
  padded?: boolean;
  className?: string;
  children: ReactNode;
}

/** A page in the panel: the bar with breadcrumbs, and the content below it. */
export function Page({ crumbs, title, actions, padded = true, className, children }: Props) {
  useTitle(title ?? crumbs[crumbs.length - 1]?.label);
  return (
    <>
      <TopBar crumbs={crumbs}>{actions}</TopBar>
      {!padded && <h1 className="sr-only">{title ?? crumbs[crumbs.length - 1]?.label}</h1>}
      <div className={cn("min-h-0 flex-1", padded && "overflow-y-auto")}>
        {padded ? (
          <div className={cn("mx-auto w-full max-w-[1152px] px-4 py-5 sm:px-6 sm:py-6 lg:px-8", className)}>
            {children}
          </div>
        ) : (
          children
        )}
      </div>
    </>
  );
}

interface FaultProps {
  error: unknown;
  onRetry: () => void;
  /** The way out: where to go instead. */
  action: ReactNode;
}

/** What stands in a page's place when the thing it is about can't be shown. */
export function PageFault({ error, onRetry, action }: FaultProps) {
  const problem = asProblem(error);
  return (
    <div role="alert" className="flex flex-col items-center py-16 text-center">
      <ErrorText problem={problem}>
        {problem.passing && (
          <Button size="md" onClick={onRetry}>
            <RotateCw aria-hidden="true" /> Try again
          </Button>
        )}
        {action}
      </ErrorText>
    </div>
  );
}

interface HeadProps {
  title: ReactNode;
  badge?: ReactNode;
  text?: ReactNode;
  children?: ReactNode;
}

/** The page's own heading, and on the right what can be done. */
export function PageHead({ title, badge, text, children }: HeadProps) {
  return (
    <div className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
          {badge}
        </div>
        {text && <div className="mt-1 text-fg-2">{text}</div>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </div>
  );
}
