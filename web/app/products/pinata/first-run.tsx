import { Database, FileSearch, GitCompareArrows, Network, Plus } from "lucide-react";
import { Link } from "react-router";
import { useCan } from "~/api/queries";
import { useShell } from "~/shell/context";
import { Button } from "~/ui/button";
import { Page } from "~/ui/page";
import { Pinata } from "./pinata";
import { SampleButton } from "./sample-button";

const gains = [
  {
    icon: FileSearch,
    title: "Every way in and out",
    text: "Routes, calls, queues, files and caches, each with its file, line and source.",
  },
  {
    icon: Network,
    title: "The paths between",
    text: "From a route to every table it reads and writes, as a graph you can walk.",
  },
  { icon: Database, title: "The tables", text: "Columns, keys and references, read from models and migrations." },
  { icon: GitCompareArrows, title: "What changed", text: "The next scan says what is new, gone or different." },
];

/** The first thing a new organization sees: one thing to do, and a way to look without doing it. */
export function FirstRun() {
  const { organization, me } = useShell();
  const may = useCan(organization.slug, "pinata.repositories.write");
  return (
    <Page crumbs={[{ label: "Overview" }]} title="Pinata Code" className="max-w-3xl">
      <div className="flex flex-col items-center pt-8 text-center sm:pt-14">
        <Pinata className="h-24 w-28" />
        <h1 className="mt-6 text-xl font-semibold tracking-tight sm:text-2xl">
          Welcome, {me.name.split(" ")[0]}. Let's open one up.
        </h1>
        <p className="mt-2 max-w-md text-base text-fg-2">
          Point Pinata at a repository and see how data flows through it: what comes in, what it touches, and where it
          goes.
        </p>
        <div className="mt-6 flex flex-wrap justify-center gap-2">
          {may ? (
            <>
              <Button variant="primary" size="lg" asChild>
                <Link to={`/${organization.slug}/pinata/repositories/new`}>
                  <Plus aria-hidden="true" /> Scan a repository
                </Link>
              </Button>
              <SampleButton size="lg" />
            </>
          ) : (
            <p className="text-fg-2">
              Nothing has been scanned yet. Ask a member of {organization.name} to scan a repository.
            </p>
          )}
        </div>
      </div>
      <ul className="mt-14 grid gap-x-8 gap-y-6 border-t pt-8 sm:grid-cols-2">
        {gains.map(({ icon: Icon, title, text }) => (
          <li key={title} className="flex gap-3">
            <Icon className="mt-0.5 size-4 shrink-0 text-product" aria-hidden="true" />
            <div>
              <h2 className="font-semibold">{title}</h2>
              <p className="text-fg-2">{text}</p>
            </div>
          </li>
        ))}
      </ul>
    </Page>
  );
}
