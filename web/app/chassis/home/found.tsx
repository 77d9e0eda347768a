import type { Shape } from "~/lib/shapes";
import { Mark } from "./follow-one";
import { Section } from "./section";

const groups: { shape: Shape; color: string; title: string; text: string }[] = [
  {
    shape: "triangle",
    color: "--c1",
    title: "Ways in",
    text: "Routes with their whole path, scheduled work, and the consumers of topics. From FastAPI, Flask, Django, Express and NestJS.",
  },
  {
    shape: "square",
    color: "--c2",
    title: "Tables",
    text: "Columns, types, keys and references, read from SQLAlchemy, Django, TypeORM and Prisma, with everyone who reads and writes them.",
  },
  {
    shape: "diamond",
    color: "--c3",
    title: "Ways out",
    text: "HTTP calls and where they go, messages published, files and caches written.",
  },
  {
    shape: "circle",
    color: "--c8",
    title: "What lies between",
    text: "Functions, methods and the calls that join them across files, with how sure the resolution is.",
  },
  {
    shape: "hexagon",
    color: "--c5",
    title: "Services",
    text: "Which part of the repository belongs to which service, so that a graph of thousands of nodes can be read one at a time.",
  },
  {
    shape: "square",
    color: "--c4",
    title: "What changed",
    text: "A second scan says what is new, gone or different since the first: a table that gained a writer, a route that is no more.",
  },
];

export function Found() {
  return (
    <Section
      id="found"
      sunken
      title="What a scan finds"
      text="Sixteen kinds of things, each with its own shape and colour in the graph, listed with counts, searched, filtered by service and folder, and exported as JSON, CSV, Mermaid or a picture."
    >
      <ul className="grid gap-px overflow-hidden rounded-xl bg-line shadow-panel sm:grid-cols-2 lg:grid-cols-3">
        {groups.map((group) => (
          <li key={group.title} className="bg-surface p-6">
            <Mark shape={group.shape} color={group.color} />
            <h3 className="mt-3 text-base font-semibold">{group.title}</h3>
            <p className="mt-1 text-fg-2">{group.text}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
