import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anonymous } from "../../../src/domain/identity/caller.ts";
import type { Action, ObjectType } from "../../../src/domain/identity/policy.ts";
import { may } from "../../../src/domain/identity/policy.ts";
import { partitionRoleGroups, roles, rolesIn } from "../../../src/domain/identity/role.ts";
import { privateGroup, publicGroup, userWith } from "../sample.ts";

const groups = [publicGroup, privateGroup];
const group = fc.constantFrom(...groups);
const type = fc.constantFrom<ObjectType>("group", "source", "dataset", "narrative");
const action = fc.constantFrom<Action>("read", "write");

const otherwise = (name: string): readonly string[] => [
  name.toUpperCase(),
  name.replace("b", "ｂ"),
  `${name} `,
  ` ${name}`,
];
const entry = fc.oneof(
  fc
    .tuple(fc.constantFrom(...groups), fc.constantFrom(...roles))
    .map(([{ name }, role]) => `${name}/${role}`),
  fc
    .tuple(
      fc.constantFrom(...groups.flatMap(({ name }) => [name, ...otherwise(name)]), "other", "!blab", ""),
      fc.constantFrom(...roles, "Owners", "owners/", "owner", ""),
    )
    .map((parts) => parts.join("/")),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const entries = fc.array(entry, { maxLength: 5 });

describe("whatever the groups claim holds", () => {
  it("more role groups never permit less", () => {
    fc.assert(
      fc.property(entries, entries, action, type, group, (some, more, what, of, where) => {
        const before = may(userWith(...some), what, of, where);
        const after = may(userWith(...some, ...more), what, of, where);
        expect([before, after]).not.toEqual([true, false]);
      }),
    );
  });

  it("somebody logged in may no less than anybody, and whoever may write may read", () => {
    fc.assert(
      fc.property(entries, type, group, (some, of, where) => {
        const caller = userWith(...some);
        expect([may(anonymous, "read", of, where), may(caller, "read", of, where)]).not.toEqual([
          true,
          false,
        ]);
        expect([may(caller, "write", of, where), may(caller, "read", of, where)]).not.toEqual([true, false]);
        expect(may(anonymous, "write", of, where)).toBe(false);
      }),
    );
  });

  it("only an entry of the group's own name and a role's gives a role, in whatever letter case of the group", () => {
    fc.assert(
      fc.property(entries, group, (some, where) => {
        const { authzRoles } = userWith(...some).user;
        const given = roles.filter((role) =>
          [...authzRoles].some(
            (one) => one.endsWith(`/${role}`) && sameName(one.slice(0, -role.length - 1), where.name),
          ),
        );
        expect([...rolesIn(where, authzRoles)].sort()).toEqual([...given].sort());
        const { recognised, ignored } = partitionRoleGroups([where], authzRoles);
        expect(new Set([...recognised, ...ignored])).toEqual(authzRoles);
        expect(recognised.length > 0).toBe(given.length > 0);
      }),
    );
  });
});

/** As ASCII's letter case has it, told by the letters' codes. */
const sameName = (one: string, other: string): boolean =>
  one.length === other.length &&
  [...one].every((letter, at) => {
    const [a, b] = [letter.charCodeAt(0), other.charCodeAt(at)];
    return a === b || ((a | 32) === (b | 32) && /[A-Za-z]/.test(letter));
  });
