import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/domain/brand.ts";
import { claimAt, readNames } from "../../../src/domain/identity/claim.ts";
import { userFault, userFromClaims } from "../../../src/domain/identity/user.ts";

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const step = fc.oneof(
  fc.string({ minLength: 1, maxLength: 5 }),
  fc.constantFrom("a.b", ".", "__proto__", "constructor", "toString", "hasOwnProperty"),
);
const objectWith = (name: string, value: Json): JsonObject => Object.fromEntries([[name, value]]);

describe("a claim at any path", () => {
  it("is found where it was put", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), json, (steps, value) => {
        const claims = steps.reduceRight<Json>((inner, name) => objectWith(name, inner), value) as JsonObject;
        expect(claimAt(claims, steps.join("."))).toEqual(value);
      }),
    );
  });

  it("is never what only objects of the language have", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 3 }), json), fc.array(step), (claims, steps) => {
        const found = claimAt(claims as JsonObject, steps.join("."));
        if (found !== undefined) expect(JSON.stringify(claims)).toContain(JSON.stringify(found));
      }),
    );
  });
});

describe("any groups claim", () => {
  it("gives texts that stand in it, and a fault whenever a part of it gives none", () => {
    fc.assert(
      fc.property(json, (claim) => {
        const { names, fault } = readNames(claim);
        const text = JSON.stringify(claim);
        for (const name of names) expect(text).toContain(JSON.stringify(name).slice(1, -1));
        if (Array.isArray(claim)) expect(fault === undefined).toBe(names.length === claim.length);
      }),
    );
  });

  it("of names without blanks and commas is the same as a list and as a text", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9/!-]{1,10}$/);
    fc.assert(
      fc.property(fc.array(name), fc.constantFrom(",", " ", "; ", "\n"), (names, separator) => {
        expect(readNames(names).names).toEqual(names);
        expect(readNames(names.join(separator)).names).toEqual(names);
        expect(readNames(names.map((value) => ({ value }))).names).toEqual(names);
      }),
    );
  });
});

describe("any claims", () => {
  const named = { username: "name", groups: "groups", subject: "sub" };
  const text = fc.string({ unit: "binary", maxLength: 6 });
  const claims = fc.record(
    {
      iss: fc.oneof(fc.constant("https://idp.example.org"), json),
      sub: fc.oneof(text, json),
      name: fc.oneof(text, json),
      groups: fc.oneof(
        fc.array(fc.oneof(text, fc.constantFrom("!flags/x", "!internal", "/blab/owners"))),
        json,
      ),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>;

  it("name a user, or there is a fault to tell; and entries with an exclamation mark are no role groups", () => {
    fc.assert(
      fc.property(claims, (given) => {
        const user = userFromClaims(given, named);
        if (user === undefined) {
          expect(userFault(given, named)).not.toBe("");
          return;
        }
        expect(user.username).toBe(given["name"]);
        expect([...user.authzRoles].filter((role) => role.startsWith("!"))).toEqual([]);
        for (const role of user.authzRoles) expect(user.claimedGroups).toContain(role);
      }),
    );
  });
});
