import { NavLink, Outlet, useLocation } from "react-router";
import { cn } from "~/lib/classes";
import { Page, PageHead } from "~/ui/page";
import type { SettingsPage } from "./pages";

interface Props {
  title: string;
  text: string;
  /** What stands before each page's path: `/me` or `/{org}/settings`. */
  base: string;
  pages: SettingsPage[];
}

/** The frame of all settings: whose they are, a tab for each page, and the page. */
export function Settings({ title, text, base, pages }: Props) {
  const { pathname } = useLocation();
  const here = pages.find((page) => pathname.startsWith(`${base}/${page.path}`));
  return (
    <Page crumbs={[{ label: title, to: base }, { label: here?.label ?? title }]} title={here?.label ?? title}>
      <div className="mx-auto max-w-4xl">
        <PageHead title={title} text={text} />
        <nav aria-label={title} className="mb-5 flex gap-1 overflow-x-auto border-b">
          {pages.map(({ path, label, icon: Icon }) => (
            <NavLink
              key={path}
              to={`${base}/${path}`}
              className={({ isActive }) =>
                cn(
                  "-mb-px flex h-9 shrink-0 items-center gap-2 border-b-2 border-transparent px-2.5 text-fg-2 hover:text-fg",
                  isActive && "border-primary font-semibold text-fg",
                )
              }
            >
              <Icon className="size-3.5" aria-hidden="true" /> {label}
            </NavLink>
          ))}
        </nav>
        <div className="grid gap-5">
          <Outlet />
        </div>
      </div>
    </Page>
  );
}
