import { Activity, Boxes, Database, ShieldCheck } from "lucide-react";
import { Section } from "./section";

const facts = [
  {
    icon: ShieldCheck,
    title: "Organizations are kept apart by the database itself",
    text: "Every tenant's rows carry its id, and PostgreSQL's row-level security, forced on every table, decides who sees them. A query that forgets to filter returns nothing of anybody else's.",
  },
  {
    icon: Activity,
    title: "Work survives",
    text: "A scan is queued in the same transaction that asks for it. A worker that is killed loses nothing: the scan is found and run again. Close the browser and come back; the page picks up where the scan is.",
  },
  {
    icon: Database,
    title: "A real PostgreSQL, nothing to install",
    text: "One process serves the interface and the API and does the work, with an embedded PostgreSQL 18 beside it. When one machine is not enough, a setting points it to your own.",
  },
  {
    icon: Boxes,
    title: "One chassis, many products",
    text: "Accounts, organizations, jobs, files, mail and live updates are there already. A product of your own is one folder and one manifest; it has pages on its first day.",
  },
];

export function House() {
  return (
    <Section
      id="house"
      title="Tenantry: the house that Pinata lives in"
      text="A tool for one person becomes a service for many when people, organizations, isolation, queues and files are somebody else's work. Tenantry is that work, done once."
    >
      <ul className="grid gap-x-12 gap-y-10 md:grid-cols-2">
        {facts.map(({ icon: Icon, title, text }) => (
          <li key={title} className="flex gap-4">
            <span className="flex size-9 shrink-0 items-center justify-center rounded-lg border bg-sunken">
              <Icon className="size-4.5 text-product" aria-hidden="true" />
            </span>
            <div>
              <h3 className="text-base font-semibold">{title}</h3>
              <p className="mt-1 text-fg-2">{text}</p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
