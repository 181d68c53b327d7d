import { describe, expect, it } from "vitest";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Attempt } from "../../../../src/ports/driving/groups.ts";
import { userWith } from "../../../domain/sample.ts";
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
      return [group.mayUpload, group.mayEditSettings, group.isMember];
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
      await Promise.all([group.info(signal), settings.overviewSource(signal)]);
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
