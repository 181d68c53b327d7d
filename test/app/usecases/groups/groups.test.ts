import { describe, expect, it } from "vitest";
import { groups } from "../../../../src/app/usecases/groups/groups.ts";
import {
  LoginRequired,
  NotAllowed,
  NotFound,
  StoreDown,
  UnusableObject,
} from "../../../../src/domain/failure.ts";
import { defaultGroupInfo } from "../../../../src/domain/groups/group-info.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Precondition } from "../../../../src/domain/resources/stored-object.ts";
import { privateGroup, publicGroup, userWith } from "../../../domain/sample.ts";
import type { Data } from "../resources/data-setup.ts";
import { attempt, dataSetup, opened, signal, streamOf, textOf } from "../resources/data-setup.ts";

const none: Precondition = { kind: "none" };
const viewer = userWith("blab/viewers", "blab-private/viewers");
const editor = userWith("blab/editors", "blab-private/editors");
const owner = userWith("blab/owners", "blab-private/owners");
const upload = (text: string) => ({ encoding: "identity" as const, body: streamOf(text) });
const settings = (d: Data, caller: Caller) => opened(d, caller, publicGroup).settings();

describe("a group by its name", () => {
  it.each(["blab", "BLAB", "ｂlab"])("is found under %s", (name) => {
    expect(dataSetup().groups.open(anonymous, name, attempt).group).toBe(publicGroup);
  });

  it("answers the same whether it is private or does not exist", () => {
    const { groups } = dataSetup();
    for (const name of ["blab-private", "nowhere", "", "../x"]) {
      expect(() => groups.open(anonymous, name, attempt)).toThrow(LoginRequired);
      expect(() => groups.open(userWith("nowhere/owners"), name, attempt)).toThrow(NotAllowed);
    }
    expect(groups.open(viewer, "blab-private", attempt).group).toBe(privateGroup);
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
    const shown = [publicGroup, privateGroup].slice(0, visible);
    expect(groups.visible(caller)).toEqual(
      shown.map((group) => ({ group, isForAnyone: group === publicGroup })),
    );
    expect(groups.openAll(caller).map(({ group }) => group)).toEqual(shown);
    expect(groups.memberships(caller)).toHaveLength(memberships);
  });
});

const settingsReads: readonly (readonly [string, (d: Data, caller: Caller) => Promise<unknown>])[] = [
  ["read", async (d, caller) => settings(d, caller).file("logo").read(signal)],
  ["stat", async (d, caller) => settings(d, caller).file("overview").stat(signal)],
  ["members.list", async (d, caller) => settings(d, caller).members.list(signal)],
  ["members.withRole", async (d, caller) => settings(d, caller).members.withRole("owners", signal)],
];
const settingsWrites: typeof settingsReads = [
  ["write", async (d, caller) => settings(d, caller).openToWrite("logo").write(upload("x"), none, signal)],
  ["remove", async (d, caller) => settings(d, caller).openToWrite("overview").remove(none, signal)],
  ["editOverview", async (d, caller) => settings(d, caller).editOverview().read(signal)],
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
    await settings(d, owner).openToWrite("overview").write(upload("# Hello"), none, signal);
    expect(await textOf(await settings(d, viewer).file("overview").read(signal))).toBe("# Hello");
    expect(await settings(d, viewer).file("overview").stat(signal)).toMatchObject({
      contentEncoding: "gzip",
    });
    await settings(d, owner).openToWrite("overview").remove(none, signal);
    await expect(settings(d, viewer).file("overview").read(signal)).rejects.toThrow(NotFound);
  });

  it("have the logo and the overview apart", async () => {
    const d = dataSetup();
    await settings(d, owner).openToWrite("logo").write(upload("a logo"), none, signal);
    await settings(d, owner).openToWrite("overview").write(upload("# Hello"), none, signal);
    expect(await d.keysIn("blab/")).toEqual(["group-logo.png", "group-overview.md"]);
    expect(await textOf(await settings(d, viewer).file("logo").read(signal))).toBe("a logo");
    expect(await textOf(await opened(d, anonymous, publicGroup).logo.read(signal))).toBe("a logo");
    await settings(d, owner).openToWrite("logo").remove(none, signal);
    expect(await d.keysIn("blab/")).toEqual(["group-overview.md"]);
  });
});

describe("a group's info", () => {
  it("is for whoever may read the source", async () => {
    const d = dataSetup();
    expect(await opened(d, anonymous, publicGroup).info(signal)).toMatchObject({
      title: "A title",
      logo: null,
      overview: defaultGroupInfo(publicGroup.name).overview,
    });
    expect(() => opened(d, anonymous, privateGroup)).toThrow(LoginRequired);
  });

  it("has overview and logo, compressed or not", async () => {
    const d = dataSetup();
    await settings(d, owner).openToWrite("overview").write(upload("# Hello"), none, signal);
    await d.put("blab/group-logo.png", "\x89", "image/png");
    const { etag } = await opened(d, anonymous, publicGroup).logo.stat(signal);
    expect(await opened(d, anonymous, publicGroup).info(signal)).toMatchObject({
      overview: "# Hello",
      logo: etag,
    });
    expect(await opened(d, anonymous, publicGroup).avatar(signal)).toBe(
      `data:image/png;base64,${Buffer.from("\x89").toString("base64")}`,
    );
    expect(await textOf(await opened(d, anonymous, publicGroup).logo.read(signal))).toBe("\x89");
  });

  it("has no logo where there is none", async () => {
    const d = dataSetup();
    expect(await opened(d, anonymous, publicGroup).avatar(signal)).toBeNull();
    await expect(opened(d, anonymous, publicGroup).logo.read(signal)).rejects.toThrow(NotFound);
  });

  it("leaves a logo of more than 2 MB and an overview of more than 1 MB out, and says so", async () => {
    const d = dataSetup();
    await d.put("blab/group-logo.png", "x".repeat(2_000_001), "image/png");
    await expect(opened(d, anonymous, publicGroup).avatar(signal)).rejects.toThrow(UnusableObject);
    await d.put("blab/group-overview.md", "x".repeat(1_000_001), "text/markdown");
    expect((await opened(d, anonymous, publicGroup).info(signal)).error).toMatch(/cannot be read/);
  });

  it("keeps a large source from the page where it can be changed", async () => {
    const d = dataSetup();
    await d.put("blab/group-overview.md", "x".repeat(110_001), "text/markdown");
    expect(await settings(d, owner).editOverview().read(signal)).toEqual({
      content: { kind: "unread" },
      etag: expect.any(String),
    });
  });

  it("falls back to defaults and a word about it when the overview is broken", async () => {
    const d = dataSetup();
    await d.put("blab/group-overview.md", "---broken", "text/markdown");
    const info = await opened(d, anonymous, publicGroup).info(signal);
    expect(info).toMatchObject(defaultGroupInfo(publicGroup.name));
    expect(info.error).toMatch(/cannot be read/);
  });

  it("is an outage when the store is away, not a group without words", async () => {
    const d = dataSetup();
    const broken = { ...d.store, stat: d.store.stat, read: () => Promise.reject(new StoreDown()) };
    const info = opened({ groups: groups({ ...d, store: broken }) }, anonymous, publicGroup).info(signal);
    await expect(info).rejects.toThrow(StoreDown);
  });
});
