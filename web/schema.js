// Writes app/api/schema.gen.ts: the API's types, from the document the service itself prints (no database, no server).
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapi, { astToString } from "openapi-typescript";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const environment = here("../.venv/bin/python");
const python = existsSync(environment) ? environment : "python";
// A person's own settings must not change what the types are.
const settings = Object.entries(process.env).filter(([name]) => !name.startsWith("TENANTRY_"));
const printed = execFileSync(python, ["-m", "tenantry.cli", "openapi"], {
  cwd: here(".."),
  env: Object.fromEntries(settings),
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
const target = here("app/api/schema.gen.ts");
const text = astToString(await openapi(JSON.parse(printed)));
if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
