import { index, type RouteConfigEntry, route } from "@react-router/dev/routes";

// Paths are relative to web/app, where the router looks for them.
const at = (file: string) => `products/pinata/${file}`;

export default [
  index(at("overview.tsx")),
  route("repositories", at("repositories/list.tsx")),
  route("repositories/new", at("repositories/new.tsx")),
  route("repositories/:repository", at("repositories/detail.tsx")),
  route("scans", at("scans/list.tsx")),
  route("scans/:scan", at("scan/layout.tsx"), [
    index(at("scan/findings.tsx")),
    route("tables", at("scan/tables.tsx")),
    route("changes", at("scan/changes.tsx")),
    route("diagnostics", at("scan/diagnostics.tsx")),
  ]),
  route("scans/:scan/graph", at("graph/page.tsx")),
  // The same, of the newest finished scan of a repository: what the sidebar leads to.
  route("graph", at("latest/graph.tsx")),
  route("schema", at("latest/schema.tsx")),
  route("findings", at("latest/findings.tsx")),
  route("*", "shell/not-found.tsx", { id: "not-found-pinata" }),
] satisfies RouteConfigEntry[];
