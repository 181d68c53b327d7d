import { describe, expect, it } from "vitest";
import { LoginRequired, NotAllowed, ProviderDown } from "../../../../src/domain/failure.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Attempt } from "../../../../src/ports/driving/groups.ts";
import { privateGroup, publicGroup, userWith } from "../../../domain/sample.ts";
import type { Data } from "../resources/data-setup.ts";
import { dataSetup, signal, streamOf } from "../resources/data-setup.ts";

const attempt: Attempt = { action: "write", path: "ncov" };
const none = { kind: "none" } as const;
const upload = () => ({ encoding: "identity" as const, body: streamOf("{}") });

/** Somebody who counts how often it is asked which roles they hold: the policy asks nothing else of a user. */
const countedUser = (...roleGroups: string[]) => {
  const { user } = userWith(...roleGroups);
  const asked = { times: 0 };
  const counting = {
    ...user,
    get authzRoles() {
      asked.times += 1;
      return user.authzRoles;
    },
  };
  const caller: Caller = { kind: "user", user: counting };
  return { caller, asked };
};

const requests: readonly (readonly [string, (d: Data, caller: Caller) => Promise<unknown>])[] = [
  [
    "a group's page",
    async (d, caller) => {
      const group = d.groups.open(caller, "blab-private", attempt);
      await Promise.all([group.info(signal), group.list(signal), group.avatar(signal)]);
      return [group.roles, group.mayUpload, group.mayEditSettings, group.isMember];
    },
  ],
  [
    "a download",
    async (d, caller) => {
      const group = d.groups.open(caller, "blab-private", attempt);
      const readable = group.at("dataset", "ncov", "read").openToRead();
      await readable.exists(signal);
      await readable.file("main").stat(signal);
      return readable.file("main").read(signal);
    },
  ],
  [
    "an upload",
    async (d, caller) => {
      const address = d.groups.open(caller, "blab-private", attempt).at("dataset", "new", "upload");
      await address.openToWrite().write("main", upload(), none, signal);
      return address.openToWrite().remove(none, signal);
    },
  ],
  [
    "the settings' page and a change",
    async (d, caller) => {
      const group = d.groups.open(caller, "blab-private", attempt);
      const settings = group.settings();
      await Promise.all([group.info(signal), settings.editOverview().read(signal)]);
      return settings.openToWrite("overview").write(upload(), none, signal);
    },
  ],
];

describe("the policy", () => {
  it.each(requests)("is asked once for %s", async (_, act) => {
    const d = dataSetup();
    await d.put("Blab-Private/datasets/ncov.json", "{}");
    const { caller, asked } = countedUser("blab-private/owners");
    await act(d, caller);
    expect(asked.times).toBe(1);
  });

  it("is asked once for each group of a list", async () => {
    const d = dataSetup();
    const { caller, asked } = countedUser("blab-private/viewers");
    await Promise.all(d.groups.openAll(caller).map((group) => group.list(signal)));
    expect(asked.times).toBe(2);
  });
});

describe("what a group's pages offer", () => {
  it.each([
    ["anonymous", anonymous, [false, false, false]],
    ["an outsider", userWith("other/owners"), [false, false, false]],
    ["a viewer", userWith("blab/viewers"), [false, false, true]],
    ["an editor", userWith("blab/editors"), [true, false, true]],
    ["an owner", userWith("blab/owners"), [true, true, true]],
  ] as const)("%s is what they may do", (_, caller, offered) => {
    const group = dataSetup().groups.open(caller, "blab", attempt);
    expect([group.mayUpload, group.mayEditSettings, group.isMember]).toEqual(offered);
    const [mayUpload, mayEditSettings, isMember] = offered;
    expect(group.at("dataset", "x", "read").openToRead().mayWrite).toBe(mayUpload);
    if (isMember) expect(group.settings().mayWrite).toBe(mayEditSettings);
    else expect(() => group.settings()).toThrow();
  });
});

describe("what is denied", () => {
  const outsider = userWith("other/owners");
  const told = {
    event: "access-denied",
    action: "write",
    caller: "user",
    username: "alice",
    subject: "1f0c",
    path: "ncov",
  };

  it("gives no handle, and is told once with what was attempted", () => {
    const d = dataSetup();
    expect(() => d.groups.open(outsider, "blab-private", attempt)).toThrow(NotAllowed);
    expect(d.log.events).toEqual([{ ...told, group: privateGroup.name }]);
    expect(d.calls).toEqual([]);
  });

  it.each([
    ["measurements", { file: "measurements" }],
    ["main", {}],
    [undefined, {}],
  ] as const)("is told with the file of the dataset, where that is not the main one: %s", (file, named) => {
    const d = dataSetup();
    const group = d.groups.open(outsider, "blab", { ...attempt, file });
    expect(() => group.at("dataset", "x", "upload").openToWrite()).toThrow(NotAllowed);
    expect(() => d.groups.open(outsider, "blab-private", { ...attempt, file })).toThrow(NotAllowed);
    expect(d.log.events).toEqual([
      { ...told, group: publicGroup.name, ...named },
      { ...told, group: privateGroup.name, ...named },
    ]);
  });

  it.each([
    ["a dataset", (d: Data) => d.groups.open(outsider, "blab", attempt).at("dataset", "x", "upload")],
    ["a narrative", (d: Data) => d.groups.open(outsider, "blab", attempt).at("narrative", "x", "delete")],
  ])("is told of %s of a group that may be read", (_, addressOf) => {
    const d = dataSetup();
    const address = addressOf(d);
    address.openToRead();
    expect(d.log.events).toEqual([]);
    expect(() => address.openToWrite()).toThrow(NotAllowed);
    expect(d.log.events).toEqual([{ ...told, group: publicGroup.name }]);
  });

  it("is told of settings, to who is no member and to who is no owner", () => {
    const d = dataSetup();
    expect(() => d.groups.open(outsider, "blab", attempt).settings()).toThrow(NotAllowed);
    const settings = d.groups.open(userWith("blab/editors"), "blab", attempt).settings();
    expect(() => settings.openToWrite("logo")).toThrow(NotAllowed);
    expect(d.log.events).toEqual([
      { ...told, group: publicGroup.name },
      { ...told, group: publicGroup.name },
    ]);
  });

  it("is not told where nobody is logged in, where that is not known, and where there is no such group", () => {
    const d = dataSetup();
    const cause = new ProviderDown();
    expect(() => d.groups.open(anonymous, "blab-private", attempt)).toThrow(LoginRequired);
    expect(() => d.groups.open({ kind: "unverified", cause }, "blab-private", attempt)).toThrow(cause);
    expect(() => d.groups.open(outsider, "nowhere", attempt)).toThrow(NotAllowed);
    expect(d.log.events).toEqual([]);
  });

  it("is told on one line of a bounded length", () => {
    const d = dataSetup();
    const path = `a\n\u202e${"b".repeat(1000)}`;
    expect(() => d.groups.open(outsider, "blab-private", { action: "read", path })).toThrow(NotAllowed);
    expect(d.log.events).toEqual([
      { ...told, action: "read", group: privateGroup.name, path: `a ${"b".repeat(297)}…` },
    ]);
  });

  it("is told of a group of a list as an attempt to list", () => {
    const d = dataSetup();
    const [group] = d.groups.openAll(outsider);
    expect(() => group?.settings()).toThrow(NotAllowed);
    expect(d.log.events).toEqual([{ ...told, action: "list", path: "", group: publicGroup.name }]);
  });

  it("is not told by lists, which leave out what may not be seen", () => {
    const d = dataSetup();
    expect(d.groups.openAll(outsider)).toHaveLength(1);
    expect(d.groups.visible(outsider)).toHaveLength(1);
    expect(d.log.events).toEqual([]);
  });
});
