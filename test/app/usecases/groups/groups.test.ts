import { describe, expect, it } from "vitest";
import {
  LoginRequired,
  NotAllowed,
  NotConfigured,
  NotFound,
  StoreDown,
  UnusableObject,
} from "../../../../src/domain/failure.ts";
import { defaultGroupInfo } from "../../../../src/domain/groups/group-info.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Precondition } from "../../../../src/domain/resources/stored-object.ts";
import { privateGroup, publicGroup, userWith } from "../../../domain/sample.ts";
import { dataSetup, signal, streamOf, textOf } from "../resources/data-setup.ts";

const none: Precondition = { kind: "none" };
const viewer = userWith("blab/viewers", "blab-private/viewers");
const editor = userWith("blab/editors", "blab-private/editors");
const owner = userWith("blab/owners", "blab-private/owners");
const upload = (text: string) => ({ encoding: "identity" as const, body: streamOf(text) });
type Data = ReturnType<typeof dataSetup>;

describe("a group by its name", () => {
  it.each(["blab", "BLAB", "ｂlab"])("is found under %s", (name) => {
    expect(dataSetup().groups.readable(anonymous, name)).toBe(publicGroup);
  });

  it("answers the same whether it is private or does not exist", () => {
    const { groups } = dataSetup();
    for (const name of ["blab-private", "nowhere", "", "../x"]) {
      expect(() => groups.readable(anonymous, name)).toThrow(LoginRequired);
      expect(() => groups.readable(userWith("nowhere/owners"), name)).toThrow(NotAllowed);
    }
    expect(groups.readable(viewer, "blab-private")).toBe(privateGroup);
  });
});

describe("lists of groups", () => {
  it.each<[string, Caller, number, number]>([
    ["somebody anonymous", anonymous, 1, 0],
    ["an outsider", userWith("other/owners"), 1, 0],
    ["a member", viewer, 2, 2],
    ["somebody in a role that there is not", userWith("blab-private/guests"), 1, 1],
  ])("show %s what they may read, and where they are members", (_, caller, visible, memberships) => {
    const { groups } = dataSetup();
    expect(groups.visible(caller)).toEqual([publicGroup, privateGroup].slice(0, visible));
    expect(groups.memberships(caller)).toHaveLength(memberships);
  });
});

const settingsReads: readonly (readonly [string, (d: Data, caller: Caller) => Promise<unknown>])[] = [
  ["read", (d, caller) => d.groups.read(caller, publicGroup, "logo", signal)],
  ["stat", (d, caller) => d.groups.stat(caller, publicGroup, "overview", signal)],
  ["overviewSource", (d, caller) => d.groups.overviewSource(caller, publicGroup, signal)],
  ["members", (d, caller) => d.groups.members(caller, publicGroup)],
  ["membersWithRole", (d, caller) => d.groups.membersWithRole(caller, publicGroup, "owners")],
];
const settingsWrites: typeof settingsReads = [
  ["write", (d, caller) => d.groups.write(caller, publicGroup, "logo", upload("x"), none, signal)],
  ["remove", (d, caller) => d.groups.remove(caller, publicGroup, "overview", none, signal)],
];

describe("a group's settings", () => {
  it.each([...settingsReads, ...settingsWrites])(
    "are for members, in a public group too: %s touches no store for others",
    async (_, act) => {
      const d = dataSetup();
      await expect(act(d, anonymous)).rejects.toThrow(LoginRequired);
      await expect(act(d, userWith("other/owners"))).rejects.toThrow(NotAllowed);
      expect(d.calls).toEqual([]);
    },
  );

  it.each(settingsWrites)("are changed by owners alone: %s touches no store for others", async (_, act) => {
    const d = dataSetup();
    for (const caller of [viewer, editor]) await expect(act(d, caller)).rejects.toThrow(NotAllowed);
    expect(d.calls).toEqual([]);
    await act(d, owner);
  });

  it("are read as they were written, and removed", async () => {
    const d = dataSetup();
    await d.groups.write(owner, publicGroup, "overview", upload("# Hello"), none, signal);
    expect(await textOf(await d.groups.read(viewer, publicGroup, "overview", signal))).toBe("# Hello");
    expect(await d.groups.stat(viewer, publicGroup, "overview", signal)).toMatchObject({
      contentEncoding: "gzip",
    });
    expect(await d.groups.overviewSource(viewer, publicGroup, signal)).toMatchObject({ text: "# Hello" });
    await d.groups.remove(owner, publicGroup, "overview", none, signal);
    await expect(d.groups.read(viewer, publicGroup, "overview", signal)).rejects.toThrow(NotFound);
    expect(await d.groups.overviewSource(viewer, publicGroup, signal)).toBeUndefined();
  });
});

describe("a group's info", () => {
  it("is for whoever may read the source", async () => {
    const d = dataSetup();
    expect(await d.groups.info(anonymous, publicGroup, signal)).toMatchObject({
      title: "A title",
      logo: null,
    });
    await expect(d.groups.info(anonymous, privateGroup, signal)).rejects.toThrow(LoginRequired);
  });

  it("has overview and logo, compressed or not", async () => {
    const d = dataSetup();
    await d.groups.write(owner, publicGroup, "overview", upload("# Hello"), none, signal);
    await d.put("blab/group-logo.png", "\x89", "image/png");
    const { etag } = await d.groups.statLogo(anonymous, publicGroup, signal);
    expect(await d.groups.info(anonymous, publicGroup, signal)).toMatchObject({
      overview: "# Hello",
      logo: etag,
    });
    expect(await d.groups.avatar(anonymous, publicGroup, signal)).toBe(
      `data:image/png;base64,${Buffer.from("\x89").toString("base64")}`,
    );
    expect(await textOf(await d.groups.readLogo(anonymous, publicGroup, signal))).toBe("\x89");
  });

  it("has no logo where there is none, and none for whoever may not read the source", async () => {
    const d = dataSetup();
    expect(await d.groups.avatar(anonymous, publicGroup, signal)).toBeNull();
    await expect(d.groups.readLogo(anonymous, publicGroup, signal)).rejects.toThrow(NotFound);
    d.calls.length = 0;
    for (const read of ["info", "avatar", "readLogo", "statLogo"] as const)
      await expect(d.groups[read](anonymous, privateGroup, signal)).rejects.toThrow(LoginRequired);
    expect(d.calls).toEqual([]);
  });

  it("leaves a logo of more than 2 MB and an overview of more than 1 MB out, and says so", async () => {
    const d = dataSetup();
    await d.put("blab/group-logo.png", "x".repeat(2_000_001), "image/png");
    await expect(d.groups.avatar(anonymous, publicGroup, signal)).rejects.toThrow(UnusableObject);
    await d.put("blab/group-overview.md", "x".repeat(1_000_001), "text/markdown");
    expect((await d.groups.info(anonymous, publicGroup, signal)).error).toMatch(/cannot be read/);
  });

  it("keeps a large source from the page where it can be changed", async () => {
    const d = dataSetup();
    await d.put("blab/group-overview.md", "x".repeat(100_001), "text/markdown");
    expect(await d.groups.overviewSource(owner, publicGroup, signal)).toEqual({
      text: undefined,
      etag: expect.any(String),
    });
  });

  it("falls back to defaults and a word about it when the overview is broken", async () => {
    const d = dataSetup();
    await d.put("blab/group-overview.md", "---broken", "text/markdown");
    const info = await d.groups.info(anonymous, publicGroup, signal);
    expect(info).toMatchObject(defaultGroupInfo(publicGroup.name));
    expect(info.error).toMatch(/cannot be read/);
  });

  it("is an outage when the store is away, not a group without words", async () => {
    const d = dataSetup();
    const broken = { ...d.store, stat: d.store.stat, read: () => Promise.reject(new StoreDown()) };
    const { groups } = await import("../../../../src/app/usecases/groups/groups.ts");
    const info = groups({ ...d, store: broken }).info(anonymous, publicGroup, signal);
    await expect(info).rejects.toThrow(StoreDown);
  });
});

describe("members", () => {
  it("have their roles from the least to the most privileged, each person once", async () => {
    const d = dataSetup();
    for (const [role, names] of Object.entries({
      owners: ["alice"],
      editors: [],
      viewers: ["bob", "alice"],
    })) {
      d.members.set(role, names);
    }
    expect(await d.groups.members(viewer, publicGroup)).toEqual([
      { username: "bob", roles: ["viewers"] },
      { username: "alice", roles: ["viewers", "owners"] },
    ]);
    expect(await d.groups.membersWithRole(viewer, publicGroup, "viewers")).toEqual(["bob", "alice"]);
  });

  it.each(["admins", "Owners", "", "constructor"])("of the role %j are not found", async (role) => {
    await expect(dataSetup().groups.membersWithRole(viewer, publicGroup, role)).rejects.toThrow(NotFound);
  });

  it("cannot be told without a directory", async () => {
    await expect(dataSetup().groups.members(viewer, publicGroup)).rejects.toThrow(NotConfigured);
  });
});
