import { describe, expect, it } from "vitest";
import { grouped, permissionWords, until } from "~/chassis/api-keys/words";
import { asked } from "~/chassis/audit/api";
import { actionWords, actorWords, deviceWords, differences, nameIn, partOf, weight } from "~/chassis/audit/words";

const products = [{ slug: "pinata", name: "Pinata Code" }];

describe("the audit log in words", () => {
  it("says what was done and in which part", () => {
    expect(actionWords("organizations.member.removed")).toBe("Member removed");
    expect(actionWords("api_keys.made")).toBe("API key made");
    expect(partOf("pinata.scan.exported", products)).toBe("Pinata Code");
    expect(partOf("api_keys.made", products)).toBe("API keys");
    expect(partOf("something.else", products)).toBe("Something");
  });

  it("marks what deserves a second look", () => {
    expect(weight("identity.sign_in.failed")).toBe("bad");
    expect(weight("api_keys.revoked")).toBe("warn");
    expect(weight("api_keys.made")).toBe("neutral");
  });

  it("names who acted", () => {
    expect(actorWords({ kind: "user", id: "1", name: "Ada" })).toBe("Ada");
    expect(actorWords({ kind: "system", id: null, name: null })).toBe("Tenantry");
    expect(actorWords({ kind: "anonymous", id: null, name: null })).toBe("Somebody unknown");
  });

  it("reads a device from its user agent", () => {
    expect(deviceWords("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")).toBe(
      "Firefox on Linux",
    );
    expect(deviceWords("curl/8.5.0")).toBe("curl");
    expect(deviceWords(null)).toBeNull();
  });

  it("lays before and after side by side", () => {
    const entry = { before: { role: "viewer", gone: 1 }, after: { role: "admin", list: ["a", "b"], none: null } };
    expect(differences(entry)).toEqual([
      { field: "role", before: "viewer", after: "admin" },
      { field: "gone", before: "1", after: null },
      { field: "list", before: null, after: "a, b" },
      { field: "none", before: null, after: "–" },
    ]);
    expect(nameIn({ before: { name: "Old" }, after: null })).toBe("Old");
  });

  it("asks for a period that ends now", () => {
    const filters = { action: "api_keys.", actor: "", subject: "", address: "", period: "day" };
    const now = Date.parse("2026-03-02T10:20:30Z");
    expect(asked(filters, now)).toEqual({ action: "api_keys.", since: "2026-03-01T10:20:00.000Z" });
    expect(asked({ ...filters, period: "" }, now)).toEqual({ action: "api_keys." });
  });
});

describe("API keys in words", () => {
  it("groups permissions, products first", () => {
    const groups = grouped(
      [
        { name: "audit.read", group: "audit" },
        { name: "pinata.scans.write", group: "pinata" },
      ],
      products,
    );
    expect(groups.map((group) => group.label)).toEqual(["Pinata Code", "Audit log"]);
    expect(groups[0]?.permissions).toEqual([{ name: "pinata.scans.write", label: "Write scans" }]);
    expect(permissionWords("audit.read")).toBe("Read");
  });

  it("says how long until something", () => {
    const now = Date.parse("2026-03-02T10:00:00Z");
    expect(until("2026-03-02T10:30:00Z", now)).toBe("within the hour");
    expect(until("2026-03-05T10:00:00Z", now)).toBe("in 3 days");
    expect(until("2026-09-02T10:00:00Z", now)).toBe("in 6 months");
  });
});
