import { describe, expect, it } from "vitest";
import { groupAccess } from "../../../../src/app/usecases/groups/access.ts";
import { NotAllowed } from "../../../../src/domain/failure.ts";
import type { Group } from "../../../../src/domain/groups/group.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { AuditAction, AuditEvent } from "../../../../src/ports/driven/system/audit.ts";
import { privateGroup, publicGroup, userWith } from "../../../domain/sample.ts";

const owner = userWith("blab/owners", "blab-private/owners");

const setup = () => {
  const events: AuditEvent[] = [];
  const all: readonly Group[] = [publicGroup, privateGroup];
  const catalogue = { all: () => all, find: (name: string) => all.find((group) => group.name === name) };
  const access = groupAccess({ catalogue, audit: { record: (event) => void events.push(event) } });
  const open = (group: Group, caller: Parameters<typeof access.open>[0] = owner) =>
    access.open(caller, group.name, { action: "read", path: "" });
  return { events, open };
};

describe("what is audited", () => {
  it.each<[AuditAction, boolean]>([
    ["read", false],
    ["list", false],
    ["write", true],
    ["delete", true],
  ])("%s: in a private group always, in a public one %s", (action, isAudited) => {
    const { events, open } = setup();
    open(privateGroup).audit(action, "ncov");
    expect(events).toHaveLength(1);
    open(publicGroup).audit(action, "ncov");
    expect(events).toHaveLength(isAudited ? 2 : 1);
  });

  it("says who did what to which file", () => {
    const { events, open } = setup();
    open(publicGroup).audit("write", "ncov", "measurements");
    open(publicGroup).audit("delete", "ncov");
    const who = { kind: "user", username: "alice", subject: "1f0c" };
    const common = { who, group: "blab", path: "ncov", verdict: "allowed" };
    expect(events).toEqual([
      { ...common, action: "write", file: "measurements" },
      { ...common, action: "delete" },
    ]);
  });

  it("says what was denied to whom", () => {
    const { events, open } = setup();
    expect(() => open(privateGroup, userWith("other/owners"))).toThrow(NotAllowed);
    const who = { kind: "user", username: "alice", subject: "1f0c" };
    expect(events).toEqual([{ who, action: "read", group: "Blab-Private", path: "", verdict: "denied" }]);
  });

  it("says of a caller without a name only that there is none", () => {
    const { events, open } = setup();
    open(publicGroup, anonymous).audit("write", "ncov");
    expect(events).toMatchObject([{ who: { kind: "anonymous" } }]);
  });
});
