import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import type { AccessRequest, AccessRequestId } from "../../../src/domain/people/access-request.ts";
import {
  maxRequests,
  openRequests,
  parseAccessRequestId,
  parseAccessRequests,
  serialiseAccessRequests,
  withRequest,
} from "../../../src/domain/people/access-request.ts";
import { maxNoteLength } from "../../../src/domain/people/note.ts";
import { nameOf, noon, personOf } from "./sample.ts";

const idOf = (number: number) => String(number).padStart(16, "0") as AccessRequestId;

const requestOf = (username: string, number: number, more: Partial<AccessRequest> = {}): AccessRequest => ({
  id: idOf(number),
  username: nameOf(username),
  person: personOf(username),
  note: undefined,
  requestedAt: noon,
  ...more,
});

describe("requests for access to a group", () => {
  it("are one for each person, who may say another thing, under whatever username", () => {
    const before = [requestOf("erin", 1), requestOf("bob", 2)];
    const again = requestOf("erin.meyer", 3, {
      person: personOf("erin"),
      note: "please",
      requestedAt: noon + 9,
    });
    expect(withRequest(before, again)).toEqual([requestOf("bob", 2), { ...again, id: idOf(1) }]);
  });

  it("last for 30 days", () => {
    const all = [requestOf("erin", 1)];
    const end = noon + 30 * 86_400;
    expect([openRequests(all, end - 1), openRequests(all, end)]).toEqual([all, []]);
    const late = requestOf("erin", 2, { requestedAt: end });
    expect(withRequest(all, late)).toEqual([late]);
  });

  it("are a hundred at most, with the longest notes", () => {
    const longest = "\u{1f9a0}".repeat(16);
    const many = Array.from({ length: maxRequests }, (_, index) =>
      requestOf(longest, index, {
        person: personOf(`p${index}`),
        note: "\u{1f9a0}".repeat(maxNoteLength / 2),
      }),
    );
    expect(withRequest(many, requestOf("erin", 500))).toBeUndefined();
    expect(withRequest(many, requestOf("p7", 500))).toHaveLength(maxRequests);
    expect(Buffer.byteLength(JSON.stringify(serialiseAccessRequests(many)))).toBeLessThan(1_000_000);
  });

  it("come back as they were written", () => {
    const all = [requestOf("erin", 1), requestOf("bob", 2, { note: "Hello" })];
    expect(parseAccessRequests(JSON.parse(JSON.stringify(serialiseAccessRequests(all))))).toEqual(all);
  });

  it.each<JsonObject>([
    { id: "short" },
    { id: 7 },
    { username: "" },
    { username: 7 },
    { subject: { issuer: "https://idp.example.org" } },
    { note: 7 },
    { requestedAt: "noon" },
  ])("are damaged with %j in one", (change) => {
    const written = serialiseAccessRequests([requestOf("erin", 1)]);
    const [whole] = written["requests"] as readonly JsonObject[];
    expect(parseAccessRequests({ schema: 1, requests: [whole ?? {}] })).toHaveLength(1);
    expect(
      parseAccessRequests({ schema: 1, requests: [whole ?? {}, { ...whole, ...change }] }),
    ).toBeUndefined();
  });

  it.each<JsonObject>([
    {},
    { schema: 2, requests: [] },
    { schema: 1, requests: {} },
    { schema: 1, requests: ["erin"] },
  ])("are damaged as %j", (value) => {
    expect(parseAccessRequests(value)).toBeUndefined();
  });

  it("have ids that are told from other texts", () => {
    expect(parseAccessRequestId("Az09_-Az09_-Az09")).toBe("Az09_-Az09_-Az09");
    for (const text of ["", "a".repeat(15), "a".repeat(17), "../people/dora12", 7])
      expect(parseAccessRequestId(text)).toBeUndefined();
  });
});
