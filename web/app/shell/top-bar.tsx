import { ChevronRight, PanelLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { cn } from "~/lib/classes";
import { Button } from "~/ui/button";
import { useShell } from "./context";
import { LiveBadge } from "./live-badge";

export interface Crumb {
  label: string;
  to?: string;
}

export function TopBar({ crumbs, children }: { crumbs: Crumb[]; children?: ReactNode }) {
  const { toggleSidebar, sidebar } = useShell();
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 border-b pr-3 pl-3 sm:pr-4 sm:pl-5">
      <Button
        variant="ghost"
        size="icon"
        aria-label={sidebar ? "Hide the sidebar" : "Show the sidebar"}
        onClick={toggleSidebar}
      >
        <PanelLeft aria-hidden="true" className="size-4!" />
      </Button>
      <nav aria-label="Breadcrumbs" className="min-w-0 flex-1">
        <ol className="flex min-w-0 items-center gap-1.5">
          {crumbs.map((crumb, index) => {
            const here = index === crumbs.length - 1;
            return (
              <li key={crumb.label} className={cn("flex min-w-0 items-center gap-1.5", !here && "max-sm:hidden")}>
                {crumb.to && !here ? (
                  <Link to={crumb.to} className="max-w-56 truncate rounded-sm text-fg-2 hover:text-fg">
                    {crumb.label}
                  </Link>
                ) : (
                  <span
                    aria-current={here ? "page" : undefined}
                    className={cn("truncate", here ? "font-semibold" : "text-fg-2")}
                  >
                    {crumb.label}
                  </span>
                )}
                {!here && <ChevronRight className="size-3.5 shrink-0 text-fg-3" aria-hidden="true" />}
              </li>
            );
          })}
        </ol>
      </nav>
      <LiveBadge />
      {children}
    </div>
  );
}
