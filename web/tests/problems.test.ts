import { describe, expect, it, vi } from "vitest";
import { asProblem, Problem, readProblem } from "~/api/problem";
import { editableFields, fieldsOf, parseField, solid } from "~/chassis/generic/resource";
import { placeErrors } from "~/lib/form";

const body = { status: 422, code: "request.invalid", detail: "Look again.", hint: null, request_id: "req_1" };
const answer = (text: string, status: number, type: string) =>
  new Response(text, { status, headers: { "content-type": type } });

describe("problems", () => {
  it("keep what the server said", async () => {
    const problem = await readProblem(answer(JSON.stringify(body), 422, "application/problem+json"));
    expect([problem.message, problem.hint, problem.requestId, problem.passing]).toEqual([
      "Look again.",
      undefined,
      "req_1",
      false,
    ]);
  });
  it("say something of an answer that says nothing", async () => {
    const problem = await readProblem(answer("<html>", 502, "text/html"));
    expect(problem.status).toBe(502);
    expect(problem.message).toContain("502");
    expect(problem.passing).toBe(true);
  });
  it("call an unreachable server that", () => {
    expect(asProblem(new TypeError("Failed to fetch")).code).toBe("network.unreachable");
    expect(asProblem(new Error("x is undefined")).code).toBe("interface.error");
  });
});

describe("errors of fields", () => {
  it("stand beside them, and then nothing stands above", () => {
    const setError = vi.fn();
    const problem = new Problem({ ...body, errors: [{ field: "body.source.url", message: "No." }] });
    expect(placeErrors(problem, ["url", "name"], setError)).toBeNull();
    expect(setError).toHaveBeenCalledWith("url", { message: "No." }, { shouldFocus: true });
  });
  it("stay above when a field isn't on the form", () => {
    const setError = vi.fn();
    const problem = new Problem({ ...body, errors: [{ field: "source.kind", message: "No." }] });
    expect(placeErrors(problem, ["url"], setError)).toBe(problem);
    expect(setError).not.toHaveBeenCalled();
  });
});

describe("forms from a schema", () => {
  const schema = {
    required: ["name"],
    properties: {
      id: { type: "string", readOnly: true },
      name: { type: "string" },
      stars: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], title: "Stars" },
      public: { type: "boolean" },
      created_at: { type: "string", format: "date-time" },
    },
  };
  it("ask for what a person decides", () => {
    expect(editableFields(schema).map((field) => field.name)).toEqual(["name", "stars", "public"]);
    expect(fieldsOf(schema)).toHaveLength(5);
  });
  it("see through null", () => {
    expect(solid({ anyOf: [{ type: "string", maxLength: 3 }, { type: "null" }] })).toMatchObject({
      type: "string",
      maxLength: 3,
    });
    expect(solid({ type: ["string", "null"] }).type).toBe("string");
  });
  it("send each value as its type", () => {
    const [name, stars, visible] = editableFields(schema);
    if (!name || !stars || !visible) throw new Error("a field is missing");
    expect(parseField(name, "Ada")).toBe("Ada");
    expect(parseField(stars, "4")).toBe(4);
    expect(parseField(stars, "")).toBeUndefined();
    expect(parseField(visible, null)).toBe(false);
    expect(parseField(visible, "on")).toBe(true);
  });
});
