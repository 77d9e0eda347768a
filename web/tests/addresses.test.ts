import { describe, expect, it } from "vitest";
import { Problem } from "~/api/problem";
import { addressErrors, splitAddresses } from "~/chassis/organizations/members/addresses";

describe("addresses typed or pasted", () => {
  it("are taken apart however they were put together, each once", () => {
    const pasted = 'Grace Hopper <grace@x.org>, alan@x.org;ada@x.org\n"Bob, R." <bob@x.org> alan@x.org\n\n';
    expect(splitAddresses(pasted)).toEqual(["grace@x.org", "alan@x.org", "ada@x.org", "bob@x.org"]);
    expect(splitAddresses("a@x.org a@x.org,a@x.org")).toEqual(["a@x.org"]);
    expect(splitAddresses(" \n,; ")).toEqual([]);
  });

  it("are named where the server found something wrong", () => {
    const problem = new Problem({
      status: 422,
      code: "email.invalid",
      detail: "",
      errors: [{ field: "body.emails.1", message: "No @." }],
    });
    expect(addressErrors(problem, ["a@x.org", "bob"])).toBe("bob: No @.");
    expect(addressErrors(new Problem({ status: 429, code: "x", detail: "" }), [])).toBeNull();
  });
});
