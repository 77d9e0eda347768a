import { describe, expect, it } from "vitest";
import { newestScans } from "~/products/pinata/latest/pick";
import { languageShares } from "~/products/pinata/repositories/language-mix";
import { shortLocation } from "~/products/pinata/repositories/source-line";
import { archiveFault } from "~/products/pinata/repositories/upload";
import { changeRows } from "~/products/pinata/scan/change-rows";
import { orderedKinds } from "~/products/pinata/scan/found-card";
import { joinLog } from "~/products/pinata/scan/log-card";
import { metricHistory } from "~/products/pinata/scan/metric-cards";
import { arrange } from "~/products/pinata/schema/arrange";
import { referencedTable, relationsOf } from "~/products/pinata/schema/references";
import type { CodeNode, Scan, SchemaTable } from "~/products/pinata/types";

const scan = (number: number, status: Scan["status"], routes?: number, repository = "r") =>
  ({
    id: `${repository}${number}`,
    number,
    status,
    repository: { id: repository },
    metrics: { routes },
  }) as unknown as Scan;

it("draws a metric's history from finished scans only, up to the one on screen", () => {
  const scans = [scan(4, "succeeded", 9), scan(3, "failed"), scan(2, "succeeded", 5), scan(1, "succeeded", 3)];
  expect(metricHistory(scans, 4, "routes")).toEqual([3, 5, 9]);
  expect(metricHistory(scans, 2, "routes")).toEqual([3, 5]);
});

it("keeps the newest scan of each repository", () => {
  const scans = [scan(9, "succeeded"), scan(8, "succeeded"), scan(2, "succeeded", 1, "s")];
  expect(newestScans(scans).map((one) => one.id)).toEqual(["r9", "s2"]);
});

it("never shows a log line twice", () => {
  const line = (at: string, message: string) => ({ at, phase: "parse", message });
  const stored = [line("1", "a"), line("2", "b")];
  expect(joinLog(stored, [line("2", "b"), line("3", "c")]).map((one) => one.message)).toEqual(["a", "b", "c"]);
});

it("orders kinds as the legend does, unknown ones last, empty ones not at all", () => {
  expect(orderedKinds({ table: 2, zebra: 1, route: 3, topic: 0 })).toEqual(["route", "table", "zebra"]);
});

describe("languages", () => {
  it("sums to one and folds the tail", () => {
    const mix = Object.fromEntries("abcdefghij".split("").map((name, index) => [name, 100 - index]));
    const shares = languageShares(mix);
    expect(shares).toHaveLength(7);
    expect(shares[6]?.name).toBe("other");
    expect(shares.reduce((sum, one) => sum + one.fraction, 0)).toBeCloseTo(1);
  });
  it("survives none", () => {
    expect(languageShares({})).toEqual([]);
  });
});

it("shortens addresses, and drops what looks like a credential", () => {
  expect(shortLocation("https://github.com/owner/name.git")).toBe("github.com/owner/name");
  expect(shortLocation("https://user:token@git.example.com/a/b.git")).toBe("git.example.com/a/b");
  expect(shortLocation("git@git.example.com:a/b.git")).toBe("git.example.com:a/b");
  expect(shortLocation("/home/ada/code")).toBe("/home/ada/code");
});

it("says what is wrong with an archive before it is sent", () => {
  expect(archiveFault({ name: "a.ZIP", size: 1 })).toBeNull();
  expect(archiveFault({ name: "a.tar.gz", size: 1 })).toBeNull();
  expect(archiveFault({ name: "a.rar", size: 1 })).toContain("a.rar");
  expect(archiveFault({ name: "a.zip", size: 0 })).toContain("empty");
});

describe("changes", () => {
  const node = (id: string, file: string, line: number) => ({ id, file, line }) as CodeNode;
  it("stand by place, whatever happened there", () => {
    const rows = changeRows({
      against: null,
      nodes: {
        added: [node("a", "b.py", 1)],
        removed: [node("r", "a.py", 9)],
        changed: [{ before: node("c", "a.py", 1), after: node("c", "a.py", 2) }],
      },
      edges: { added: 0, removed: 0 },
      tables: { added: [], removed: [], changed: [] },
    });
    expect(rows.map((row) => `${row.change} ${row.node.id}`)).toEqual(["changed c", "removed r", "added a"]);
  });
});

describe("tables", () => {
  const table = (name: string, ...references: string[]) =>
    ({
      name,
      columns: references.map((one, index) => ({ name: `c${index}`, references: one })),
    }) as unknown as SchemaTable;
  it("find the table a reference names", () => {
    const known = new Set(["accounts", "public.users"]);
    expect(referencedTable("accounts.id", known)).toBe("accounts");
    expect(referencedTable("public.users.id", known)).toBe("public.users");
    expect(referencedTable("accounts(id)", known)).toBe("accounts");
    expect(referencedTable("elsewhere.id", known)).toBeNull();
  });
  it("stand right of what they point to, and circles end", () => {
    const tables = [
      table("a", "b.id"),
      table("b", "c.id"),
      table("c"),
      table("x", "y.id"),
      table("y", "x.id"),
      table("alone"),
    ];
    const placed = new Map(
      arrange(
        tables.map((one) => one.name),
        relationsOf(tables),
      ).map((one) => [one.name, one]),
    );
    const column = (name: string) => placed.get(name)?.column ?? Number.NaN;
    expect(column("c")).toBeLessThan(column("b"));
    expect(column("b")).toBeLessThan(column("a"));
    expect(placed.size).toBe(6);
    expect(column("alone")).toBeGreaterThan(column("a"));
  });
});
