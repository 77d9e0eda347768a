import { expect, it } from "vitest";
import { safeNext } from "~/chassis/auth/session";
import { slugOf } from "~/chassis/organizations/slug";
import { readFilters, writeFilters } from "~/lib/filters";

it("reads the named filters and nothing else", () => {
  const params = new URLSearchParams("kind=route&q=GET%20%2Fa&tab=x");
  expect(readFilters(params, ["kind", "q", "service"])).toEqual({ kind: "route", q: "GET /a", service: "" });
});

it("writes changes, drops empty ones and leaves the rest alone", () => {
  const params = new URLSearchParams("kind=route&node=1");
  expect(writeFilters(params, { kind: "", q: "a b" }).toString()).toBe("node=1&q=a+b");
  expect(params.toString()).toBe("kind=route&node=1");
  expect(writeFilters(params, { kind: undefined }).get("kind")).toBeNull();
});

it("round-trips what people type", () => {
  for (const q of ["POST /a/{id}", "50% & more", "naïve?", "a=b#c"]) {
    expect(readFilters(new URLSearchParams(writeFilters(new URLSearchParams(), { q }).toString()), ["q"]).q).toBe(q);
  }
});

it("follows only paths of our own after signing in", () => {
  expect(safeNext("/ada/pinata?kind=route")).toBe("/ada/pinata?kind=route");
  for (const bad of ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", null]) {
    expect(safeNext(bad)).toBeNull();
  }
});

it("suggests an address for a name", () => {
  expect(slugOf("Ünïted Labs & Co.")).toBe("united-labs-co");
  expect(slugOf("  --  ")).toBe("");
});
