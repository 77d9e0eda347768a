import { describe, expect, it } from "vitest";
import { ago, bytes, duration, initials, percent, plural, short, signed, timeLeft, title } from "~/lib/format";

describe("numbers", () => {
  it("shortens only what is long", () => {
    expect(short(1284)).toEqual(["1,284", ""]);
    expect(short(31_402)).toEqual(["31.4", "k"]);
    expect(short(999_960)).toEqual(["1.0", "m"]);
  });
  it("signs differences with a real minus", () => {
    expect([signed(32), signed(-6), signed(0)]).toEqual(["+32", "−6", "±0"]);
  });
  it("counts one and many", () => {
    expect([plural(1, "scan"), plural(0, "scan"), plural(2, "entry", "entries")]).toEqual([
      "1 scan",
      "0 scans",
      "2 entries",
    ]);
  });
  it("gives sizes three figures at most", () => {
    expect([bytes(0), bytes(999), bytes(1500), bytes(123_456), bytes(4_200_000_000)]).toEqual([
      "0 B",
      "999 B",
      "1.5 KB",
      "123 KB",
      "4.2 GB",
    ]);
  });
  it("writes percents", () => {
    expect([percent(0.64), percent(0.7142, 1)]).toEqual(["64%", "71.4%"]);
  });
});

describe("durations", () => {
  it("never says 60 s", () => {
    expect([duration(4.12), duration(11.8), duration(59.6), duration(62), duration(7380)]).toEqual([
      "4.1 s",
      "12 s",
      "1 m 00 s",
      "1 m 02 s",
      "2 h 03 m",
    ]);
  });
  it("rounds what is left the more the longer it takes", () => {
    expect([timeLeft(3), timeLeft(12), timeLeft(97), timeLeft(58), timeLeft(1000), timeLeft(5000)]).toEqual([
      "a few seconds left",
      "about 15 s left",
      "about 1 min 40 s left",
      "about 1 min left",
      "about 17 min left",
      "about 1 h 23 min left",
    ]);
    expect(timeLeft(null)).toBeNull();
    expect(timeLeft(Number.POSITIVE_INFINITY)).toBeNull();
  });
});

it("says how long ago", () => {
  const now = Date.parse("2026-05-01T12:00:00Z");
  const before = (seconds: number) => ago(new Date(now - seconds * 1000).toISOString(), now);
  expect([1, 38, 125, 7300, 100_000, 400_000].map(before)).toEqual([
    "just now",
    "38 s ago",
    "2 min ago",
    "2 h ago",
    "yesterday",
    "4 days ago",
  ]);
  // A server's clock a little ahead of ours is not the future.
  expect(before(-30)).toBe("just now");
});

it("makes initials and titles", () => {
  expect([initials("Ada Lovelace"), initials("Grace Brewster Hopper"), initials("plato"), initials(" ")]).toEqual([
    "AL",
    "GH",
    "P",
    "?",
  ]);
  expect(title("db_write")).toBe("Db write");
});
