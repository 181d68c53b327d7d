import { describe, expect, it } from "vitest";
import {
  BadContent,
  LoginRequired,
  NotAllowed,
  NotFound,
  PreconditionFailed,
  ProviderDown,
  UnusableObject,
} from "../../../../src/domain/failure.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Resource, ResourceAction } from "../../../../src/domain/resources/resource.ts";
import type { Precondition } from "../../../../src/domain/resources/stored-object.ts";
import { identityTag } from "../../../../src/domain/resources/stored-object.ts";
import { groupName, privateGroup, publicGroup, userWith } from "../../../domain/sample.ts";
import type { Data } from "./data-setup.ts";
import { dataSetup, opened, signal, streamOf, textOf } from "./data-setup.ts";

const secret: Resource = { kind: "dataset", group: privateGroup.name, parts: ["ncov"] };
const open: Resource = { kind: "dataset", group: publicGroup.name, parts: ["ncov"] };
const tale: Resource = { kind: "narrative", group: privateGroup.name, parts: ["tale"] };
const none: Precondition = { kind: "none" };
/** There is always a place for a conversion. */
const atOnce = <T>(run: () => Promise<T>) => run();
const upload = (text: string) => ({ encoding: "identity" as const, body: streamOf(text) });
const viewer = userWith("blab/viewers", "blab-private/viewers");
const editor = userWith("blab/editors", "blab-private/editors");

const address = (d: Data, caller: Caller, { group, kind, parts }: Resource, action: ResourceAction) =>
  opened(d, caller, { name: group }).at(kind, parts.join("/"), action);
const readable = (d: Data, caller: Caller, resource: Resource) =>
  address(d, caller, resource, "read").openToRead();
const writable = (d: Data, caller: Caller, resource: Resource) =>
  address(d, caller, resource, "upload").openToWrite();

const reading: readonly (readonly [
  string,
  (d: Data, caller: Caller, resource: Resource) => Promise<unknown>,
])[] = [
  ["exists", async (d, caller, resource) => readable(d, caller, resource).exists(signal)],
  ["read", async (d, caller, resource) => readable(d, caller, resource).file("main").read(signal)],
  ["stat", async (d, caller, resource) => readable(d, caller, resource).file("main").stat(signal)],
  ["readV1", async (d, caller, resource) => readable(d, caller, resource).readV1(atOnce, signal)],
];
const writing: typeof reading = [
  [
    "write",
    async (d, caller, resource) => writable(d, caller, resource).write("main", upload("{}"), none, signal),
  ],
  ["remove", async (d, caller, resource) => writable(d, caller, resource).remove(none, signal)],
];
const cause = new ProviderDown();
const denied: readonly (readonly [string, Caller, object])[] = [
  ["anonymous", anonymous, LoginRequired],
  ["an outsider", userWith("other/owners"), NotAllowed],
  ["unverified", { kind: "unverified", cause }, cause],
];

describe("without permission", () => {
  it.each(
    [...reading, ...writing].flatMap(([name, act]) => denied.map((who) => [name, who[0], act, who] as const)),
  )("%s never touches the store for somebody %s", async (_name, _who, act, [, caller, failure]) => {
    const d = dataSetup();
    await d.put("Blab-Private/datasets/ncov.json", "{}");
    await expect(act(d, caller, secret)).rejects.toThrow(failure as never);
    expect(d.calls).toEqual([]);
  });

  it.each([...reading, ...writing])("%s treats an unknown group as a private one", async (_, act) => {
    const d = dataSetup();
    const nowhere: Resource = { ...secret, group: groupName("nowhere") };
    await expect(act(d, anonymous, nowhere)).rejects.toThrow(LoginRequired);
    await expect(act(d, userWith("nowhere/owners"), nowhere)).rejects.toThrow(NotAllowed);
    expect(d.calls).toEqual([]);
  });

  it.each(writing)("%s never touches the store for a viewer, in a public group neither", async (_, act) => {
    const d = dataSetup();
    for (const resource of [open, secret]) await expect(act(d, viewer, resource)).rejects.toThrow(NotAllowed);
    expect(d.calls).toEqual([]);
  });

  it("a group is not opened, and the store not touched", () => {
    const d = dataSetup();
    expect(() => opened(d, anonymous, privateGroup)).toThrow(LoginRequired);
    expect(d.calls).toEqual([]);
  });
});

describe("with permission", () => {
  it("what an editor wrote is what a viewer reads, compressed", async () => {
    const d = dataSetup();
    await writable(d, editor, secret).write("main", upload('{"a":1}'), none, signal);
    const stored = await readable(d, viewer, secret).file("main").read(signal);
    expect(stored).toMatchObject({
      contentType: "application/vnd.nextstrain.dataset.main+json",
      contentEncoding: "gzip",
    });
    expect(await textOf(stored)).toBe('{"a":1}');
    expect(await readable(d, viewer, secret).file("main").stat(signal)).toMatchObject({ etag: stored.etag });
  });

  it("a narrative is stored and served as one, and as nothing else", async () => {
    const d = dataSetup();
    await writable(d, editor, tale).write("main", upload("# Tale"), none, signal);
    const contentType = "text/vnd.nextstrain.narrative+markdown";
    expect(await readable(d, viewer, tale).file("main").read(signal)).toMatchObject({ contentType });
    await d.put("Blab-Private/narratives/tale.md", "{}", "application/json");
    await expect(readable(d, viewer, tale).file("main").read(signal)).rejects.toThrow(UnusableObject);
  });

  it("an upload that is not what it should be leaves the old one", async () => {
    const d = dataSetup();
    await writable(d, editor, secret).write("main", upload("good"), none, signal);
    await expect(writable(d, editor, secret).write("main", upload("bad"), none, signal)).rejects.toThrow(
      BadContent,
    );
    expect(await textOf(await readable(d, editor, secret).file("main").read(signal))).toBe("good");
  });

  it("what is missing is not found", async () => {
    const d = dataSetup();
    for (const [name, act] of reading.slice(1)) {
      await expect(act(d, viewer, secret), name).rejects.toThrow(NotFound);
    }
  });

  it("what is stored under another type is not served", async () => {
    const d = dataSetup();
    await d.put("Blab-Private/datasets/ncov.json", "<script>", "text/html");
    await expect(readable(d, viewer, secret).file("main").read(signal)).rejects.toThrow(UnusableObject);
    await expect(readable(d, viewer, secret).file("main").stat(signal)).rejects.toThrow(UnusableObject);
  });

  it("a condition on either form's tag is one on the stored object", async () => {
    const d = dataSetup();
    await writable(d, editor, secret).write("main", upload("1"), { kind: "absent" }, signal);
    const { etag } = await readable(d, editor, secret).file("main").stat(signal);
    const onIdentity: Precondition = { kind: "matches", etags: [identityTag(etag)] };
    await writable(d, editor, secret).write("main", upload("2"), onIdentity, signal);
    const late = writable(d, editor, secret).write("main", upload("3"), onIdentity, signal);
    await expect(late).rejects.toThrow(PreconditionFailed);
    await expect(writable(d, editor, secret).remove(onIdentity, signal)).rejects.toThrow(PreconditionFailed);
    expect(await textOf(await readable(d, editor, secret).file("main").read(signal))).toBe("2");
  });
});

describe("removing", () => {
  const files = ["", "_root-sequence", "_tip-frequencies", "_measurements", "_meta", "_tree"];

  it("takes all six files of a dataset, and nothing else", async () => {
    const d = dataSetup();
    for (const file of files) await d.put(`Blab-Private/datasets/ncov${file}.json`, "{}");
    await d.put("Blab-Private/datasets/ncov_19B.json", "{}");
    await d.put("Blab-Private/narratives/ncov.md", "x");
    await writable(d, editor, secret).remove(none, signal);
    expect(await d.keysIn("Blab-Private/")).toEqual(["datasets/ncov_19B.json", "narratives/ncov.md"]);
  });

  it("leaves all six files when the condition on main does not hold", async () => {
    const d = dataSetup();
    for (const file of files) await d.put(`Blab-Private/datasets/ncov${file}.json`, "{}");
    const condition: Precondition = { kind: "matches", etags: [] };
    await expect(writable(d, editor, secret).remove(condition, signal)).rejects.toThrow(PreconditionFailed);
    expect(await d.keysIn("Blab-Private/")).toHaveLength(6);
  });

  it("takes a narrative, and succeeds when there is none", async () => {
    const d = dataSetup();
    await d.put("Blab-Private/narratives/tale.md", "x");
    await writable(d, editor, tale).remove(none, signal);
    await writable(d, editor, tale).remove(none, signal);
    expect(await d.keysIn("Blab-Private/")).toEqual([]);
  });
});

describe("existence", () => {
  it.each([
    ["main", [".json"], true],
    ["both v1 files", ["_meta.json", "_tree.json"], true],
    ["meta alone", ["_meta.json"], false],
    ["tree alone", ["_tree.json"], false],
    ["a sidecar alone", ["_measurements.json"], false],
  ])("of a dataset with %s: %j, %s", async (_, endings, verdict) => {
    const d = dataSetup();
    for (const ending of endings) await d.put(`blab/datasets/ncov${ending}`, "{}");
    expect(await readable(d, anonymous, open).exists(signal)).toBe(verdict);
  });

  it("of a narrative is that of its file", async () => {
    const d = dataSetup();
    expect(await readable(d, viewer, tale).exists(signal)).toBe(false);
    await d.put("Blab-Private/narratives/tale.md", "x", "text/markdown");
    expect(await readable(d, viewer, tale).exists(signal)).toBe(true);
  });
});

describe("a v1 dataset", () => {
  it("is read in its v2 form, under a tag that changes with either file", async () => {
    const d = dataSetup();
    const tags = new Set<string>();
    for (const title of ["Old", "Older"]) {
      await d.put("blab/datasets/ncov_meta.json", `{"title":"${title}"}`);
      await d.put("blab/datasets/ncov_tree.json", '{"strain":"root"}');
      const stored = await readable(d, anonymous, open).readV1(atOnce, signal);
      expect(JSON.parse(await textOf(stored))).toEqual({
        version: "v2",
        meta: { title },
        tree: { strain: "root" },
      });
      tags.add(stored.etag);
      expect((await readable(d, anonymous, open).readV1(atOnce, signal)).etag).toBe(stored.etag);
    }
    expect(tags.size).toBe(2);
  });

  it("of more than 20 MB in both files together is not converted, and the sentence says what to do", async () => {
    const d = dataSetup();
    await d.put("blab/datasets/ncov_meta.json", `"${"x".repeat(10_000_000)}"`);
    await d.put("blab/datasets/ncov_tree.json", `"${"x".repeat(9_900_000)}"`);
    await readable(d, anonymous, open).readV1(atOnce, signal);
    await d.put("blab/datasets/ncov_tree.json", `"${"x".repeat(10_000_000)}"`);
    const refused = readable(d, anonymous, open).readV1(atOnce, signal);
    await expect(refused).rejects.toThrow(UnusableObject);
    await expect(refused).rejects.toThrow("auspice convert");
  });

  it("of which one file is missing is not found", async () => {
    const d = dataSetup();
    await d.put("blab/datasets/ncov.json", "{}");
    await d.put("blab/datasets/ncov_meta.json", "{}");
    await expect(readable(d, anonymous, open).readV1(atOnce, signal)).rejects.toThrow(NotFound);
  });
});

describe("a listing", () => {
  it("shows at once what was written and removed here, also when the store takes long", async () => {
    const d = dataSetup();
    const { list } = d.store;
    d.store.list = (prefix, until) => {
      d.clock.pass(1);
      return list(prefix, until);
    };
    const shown = async () => (await opened(d, anonymous, publicGroup).list(signal)).datasets.length;
    expect(await shown()).toBe(0);
    await writable(d, editor, open).write("main", upload("{}"), none, signal);
    expect(await shown()).toBe(1);
    await expect(writable(d, editor, open).write("main", upload("bad"), none, signal)).rejects.toThrow(
      BadContent,
    );
    await writable(d, editor, open).remove(none, signal);
    expect(await shown()).toBe(0);
  });

  it("that is remembered is for nobody who may not see the group", async () => {
    const d = dataSetup();
    await opened(d, viewer, privateGroup).list(signal);
    d.calls.length = 0;
    expect(() => opened(d, anonymous, privateGroup)).toThrow(LoginRequired);
    expect(d.calls).toEqual([]);
  });

  it("names datasets and narratives of this group alone", async () => {
    const d = dataSetup();
    await d.put("blab/datasets/ncov_19B.json", "{}");
    await d.put("blab/datasets/ncov_19B_measurements.json", "{}");
    await d.put("blab/narratives/tale.md", "x");
    await d.put("blab-2/datasets/other.json", "{}");
    const { datasets, narratives } = await opened(d, anonymous, publicGroup).list(signal);
    expect(datasets.map(({ parts }) => parts)).toEqual([["ncov", "19B"]]);
    expect(narratives.map(({ parts }) => parts)).toEqual([["tale"]]);
  });
});
