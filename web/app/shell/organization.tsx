import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { Navigate, Outlet, useLocation, useNavigate, useParams } from "react-router";
import { LiveProvider } from "~/api/live-context";
import { asProblem } from "~/api/problem";
import { meQuery, metaQuery, organizationQuery } from "~/api/queries";
import { UnverifiedBanner } from "~/chassis/me/unverified-banner";
import { DeletedOrganization } from "~/chassis/organizations/deleted";
import { setFormats } from "~/lib/format";
import { useKeys, useMedia } from "~/lib/hooks";
import { rememberOrganization } from "~/lib/last-organization";
import { setTheme } from "~/lib/theme";
import { interfaces } from "~/products";
import { Drawer } from "~/ui/dialog";
import { ShellContext } from "./context";
import { ErrorPage } from "./error-page";
import { KEPT_OUT, KeptOut } from "./kept-out";
import { Palette } from "./palette";
import { ShellSkeleton } from "./shell-skeleton";
import { Shortcuts } from "./shortcuts";
import { Sidebar } from "./sidebar";

// Forms and their checks are a tenth of what a page loads, and seldom wanted here.
const NewOrganization = lazy(() => import("~/chassis/organizations/new-organization"));

type Overlay = "palette" | "shortcuts" | "organization" | null;

/** Everything below `/{org}`: who you are, where you are, and the frame around every page. */
export default function OrganizationLayout() {
  const { org = "" } = useParams();
  return <OrganizationShell org={org} />;
}

/** The frame around the pages of an organization, and around those that are yours alone. */
export function OrganizationShell({ org }: { org: string }) {
  const location = useLocation();
  const me = useQuery(meQuery);
  const meta = useQuery(metaQuery);
  const organization = useQuery({ ...organizationQuery(org), enabled: me.isSuccess });
  const theme = me.data?.theme;
  useEffect(() => {
    if (theme) setTheme(theme);
  }, [theme]);
  if (me.data) setFormats(me.data);
  const failed = me.error ?? meta.error ?? organization.error;
  useEffect(() => {
    if (organization.isSuccess) rememberOrganization(org);
  }, [organization.isSuccess, org]);
  if (failed) {
    if (asProblem(failed).status === 401) {
      return <Navigate to={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`} replace />;
    }
    const problem = asProblem(failed);
    const open = me.data?.organizations.filter((one) => !one.erase_at) ?? [];
    const card = me.data?.organizations.find((one) => one.slug === org);
    if (card && problem.code === "organization.deleted") {
      return <DeletedOrganization card={card} elsewhere={open[0]} />;
    }
    if (me.data && KEPT_OUT.includes(problem.code)) return <KeptOut problem={problem} me={me.data} org={org} />;
    return <ErrorPage error={failed} home={open[0]?.slug} />;
  }
  if (!me.data || !meta.data || !organization.data) return <ShellSkeleton />;
  if (organization.data.slug !== org) {
    // It has moved: the same page is at its new address.
    const rest = location.pathname.split("/").slice(2).join("/");
    return <Navigate to={`/${[organization.data.slug, rest].filter(Boolean).join("/")}${location.search}`} replace />;
  }
  return (
    <LiveProvider org={org} key={org}>
      <Frame me={me.data} organization={organization.data} products={meta.data.products} />
    </LiveProvider>
  );
}

type Loaded = Pick<import("./context").Shell, "me" | "organization" | "products">;

function Frame({ me, organization, products }: Loaded) {
  const location = useLocation();
  const navigate = useNavigate();
  const wide = useMedia("(min-width: 1024px)");
  const [sidebar, setSidebar] = useState(true);
  const [drawer, setDrawer] = useState(false);
  const [overlay, setOverlay] = useState<Overlay>(null);
  const slug = location.pathname.split("/")[2] ?? "";
  const product = products.find((one) => one.slug === slug);
  const base = `/${organization.slug}/${slug}`;

  useEffect(() => {
    const root = document.documentElement;
    if (product) root.style.setProperty("--hue", String(product.hue));
    else root.style.removeProperty("--hue");
  }, [product]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the drawer
  useEffect(() => setDrawer(false), [location.pathname]);

  const commands = interfaces[slug]?.commands ?? [];
  const keys: Record<string, () => void> = {};
  for (const command of commands) {
    const may = !command.permission || organization.permissions.includes(command.permission);
    if (command.key && may) keys[command.key] = () => navigate(`${base}${command.path}`);
  }
  useKeys({
    "mod+k": (event) => {
      event.preventDefault();
      setOverlay((old) => (old === "palette" ? null : "palette"));
    },
    "?": () => setOverlay("shortcuts"),
    "[": () => (wide ? setSidebar((old) => !old) : setDrawer(true)),
    ...keys,
  });

  const shell = useMemo(
    () => ({
      me,
      organization,
      products,
      product,
      sidebar: wide && sidebar,
      toggleSidebar: () => (wide ? setSidebar((old) => !old) : setDrawer((old) => !old)),
      openPalette: () => setOverlay("palette"),
      openShortcuts: () => setOverlay("shortcuts"),
      openNewOrganization: () => setOverlay("organization"),
    }),
    [me, organization, products, product, wide, sidebar],
  );
  const close = (open: boolean) => !open && setOverlay(null);

  return (
    <ShellContext value={shell}>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-primary px-3 py-2 text-primary-fg focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <div className="flex h-dvh overflow-hidden bg-canvas">
        {wide && sidebar && (
          <div className="w-60 shrink-0">
            <Sidebar />
          </div>
        )}
        <main
          id="content"
          tabIndex={-1}
          className="relative flex min-w-0 flex-1 flex-col overflow-hidden bg-surface outline-none lg:my-2 lg:mr-2 lg:rounded-xl lg:shadow-panel [&:first-child]:lg:ml-2"
        >
          <UnverifiedBanner />
          <Outlet />
        </main>
      </div>
      {!wide && (
        <Drawer open={drawer} onOpenChange={setDrawer} title="Navigation">
          <Sidebar />
        </Drawer>
      )}
      <Palette open={overlay === "palette"} onOpenChange={close} />
      <Shortcuts open={overlay === "shortcuts"} onOpenChange={close} />
      {overlay === "organization" && (
        <Suspense>
          <NewOrganization open onOpenChange={close} />
        </Suspense>
      )}
    </ShellContext>
  );
}
