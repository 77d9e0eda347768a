import { describe, expect, it } from "vitest";
import { hex, mix } from "~/products/pinata/graph/colors";
import { countShown, degrees, folders, kindCounts, searchNodes, visibleNodes } from "~/products/pinata/graph/columnar";
import { districtName, shortened } from "~/products/pinata/graph/districts";
import { LabelRoom } from "~/products/pinata/graph/labels";
import type { ColumnarGraph } from "~/products/pinata/types";

const graph: ColumnarGraph = {
  kinds: ["route", "function", "table"],
  services: ["ledger", "risk"],
  nodes: {
    id: ["a", "b", "c", "d"],
    kind: [0, 1, 2, 1],
    name: ["GET /payouts", "settle", "payouts", "score"],
    file: ["src/api/routes.py", "src/api/settle.py", "src/apiary/models.py", null],
    line: [1, 2, 3, null],
    service: [0, 0, 0, 1],
    x: [0, 1, 2, 3],
    y: [0, 1, 2, 3],
  },
  edges: { source: [0, 1], target: [1, 2], kind: [0, 0] },
};
const all = { hidden: new Set<string>(), service: "", folder: "" };

describe("what is shown", () => {
  it("is everything without filters", () => {
    expect(countShown(visibleNodes(graph, all))).toBe(4);
  });
  it("leaves out hidden kinds", () => {
    expect([...visibleNodes(graph, { ...all, hidden: new Set(["function"]) })]).toEqual([1, 0, 1, 0]);
  });
  it("keeps one service; one that is gone shows nothing", () => {
    expect([...visibleNodes(graph, { ...all, service: "risk" })]).toEqual([0, 0, 0, 1]);
    expect(countShown(visibleNodes(graph, { ...all, service: "gone" }))).toBe(0);
  });
  it("takes a folder for a folder, not for the beginning of a name", () => {
    expect([...visibleNodes(graph, { ...all, folder: "src/api" })]).toEqual([1, 1, 0, 0]);
    expect([...visibleNodes(graph, { ...all, folder: "src/" })]).toEqual([1, 1, 1, 0]);
  });
});

it("counts kinds and edges", () => {
  expect(kindCounts(graph)).toEqual([1, 2, 1]);
  expect([...degrees(graph)]).toEqual([1, 2, 1, 0]);
});

it("calls a district by its folder, cut from the left where there is little room", () => {
  const district = { name: "", service: "ledger", x: 0, y: 0, width: 1, height: 1 };
  expect(districtName(district)).toBe("ledger");
  expect(districtName({ ...district, name: "src/api" })).toBe("src/api");
  const fits = (most: number) => (text: string) => text.length <= most;
  expect(shortened("src/shop/api", fits(20))).toBe("src/shop/api");
  expect(shortened("src/shop/api", fits(10))).toBe("…/shop/api");
  expect(shortened("src/shop/api", fits(3))).toBe("");
});

it("gives room to one name only", () => {
  const room = new LabelRoom();
  expect(room.take(0, 50, 100, 12)).toBe(true);
  expect(room.take(40, 90, 104, 12)).toBe(false);
  expect(room.take(50, 90, 104, 12)).toBe(true);
  expect(room.take(0, 50, 130, 12)).toBe(true);
  room.clear();
  expect(room.take(40, 90, 104, 12)).toBe(true);
});

it("lists folders with those above them", () => {
  expect(folders(graph)).toEqual(["src", "src/api", "src/apiary"]);
});

it("finds by name first, then by file", () => {
  expect(searchNodes(graph, "payouts")).toEqual([2, 0]);
  expect(searchNodes(graph, "settle")).toEqual([1]);
  expect(searchNodes(graph, "src/api/")).toEqual([0, 1]);
  expect(searchNodes(graph, "  ")).toEqual([]);
  expect(searchNodes(graph, "a", 1)).toHaveLength(1);
});

it("filters 31,587 nodes well within a frame", () => {
  const n = 31_587;
  const fill = <T>(make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));
  const large: ColumnarGraph = {
    ...graph,
    nodes: {
      id: fill(String),
      kind: fill((i) => i % 3),
      name: fill((i) => `n${i}`),
      file: fill((i) => `src/f${i % 90}/x.py`),
      line: fill(() => 1),
      service: fill((i) => i % 2),
      x: fill((i) => i),
      y: fill((i) => i),
    },
  };
  visibleNodes(large, { ...all, folder: "src/f1" });
  const start = performance.now();
  const shown = visibleNodes(large, { ...all, folder: "src/f1" });
  expect(performance.now() - start).toBeLessThan(60);
  expect(countShown(shown)).toBe(351);
});

it("mixes colours", () => {
  expect(hex([255, 0, 16])).toBe("#ff0010");
  expect(hex(mix([255, 255, 255], [0, 0, 0], 0.5))).toBe("#808080");
});
