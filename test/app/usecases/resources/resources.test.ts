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
import type { Resource } from "../../../../src/domain/resources/resource.ts";
import type { Precondition } from "../../../../src/domain/resources/stored-object.ts";
import { identityTag } from "../../../../src/domain/resources/stored-object.ts";
import { groupName, privateGroup, publicGroup, userWith } from "../../../domain/sample.ts";
import { dataSetup, signal, streamOf, textOf } from "./data-setup.ts";

const secret: Resource = { kind: "dataset", group: privateGroup.name, parts: ["ncov"] };
const open: Resource = { kind: "dataset", group: publicGroup.name, parts: ["ncov"] };
const tale: Resource = { kind: "narrative", group: privateGroup.name, parts: ["tale"] };
const mainOf = (resource: Resource) => ({ kind: "dataset", resource, file: "main" }) as const;
const none: Precondition = { kind: "none" };
/** There is always a place for a conversion. */
const atOnce = <T>(run: () => Promise<T>) => run();
const upload = (text: string) => ({ encoding: "identity" as const, body: streamOf(text) });
const viewer = userWith("blab/viewers", "blab-private/viewers");
const editor = userWith("blab/editors", "blab-private/editors");

type Data = ReturnType<typeof dataSetup>;

const reading: readonly (readonly [
  string,
  (d: Data, caller: Caller, resource: Resource) => Promise<unknown>,
])[] = [
  ["exists", (d, caller, resource) => d.resources.exists(caller, resource, signal)],
  ["read", (d, caller, resource) => d.resources.read(caller, mainOf(resource), signal)],
  ["stat", (d, caller, resource) => d.resources.stat(caller, mainOf(resource), signal)],
  ["readV1", (d, caller, resource) => d.resources.readV1(caller, resource, atOnce, signal)],
];
const writing: typeof reading = [
  ["write", (d, caller, resource) => d.resources.write(caller, mainOf(resource), upload("{}"), none, signal)],
  ["remove", (d, caller, resource) => d.resources.remove(caller, resource, none, signal)],
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
    expect(d.resources.isPermitted(userWith("nowhere/owners"), "read", nowhere)).toBe(false);
    expect(d.calls).toEqual([]);
  });

  it.each(writing)("%s never touches the store for a viewer, in a public group neither", async (_, act) => {
    const d = dataSetup();
    for (const resource of [open, secret]) await expect(act(d, viewer, resource)).rejects.toThrow(NotAllowed);
    expect(d.calls).toEqual([]);
  });

  it("list never touches the store", async () => {
    const d = dataSetup();
    await expect(d.resources.list(anonymous, privateGroup, signal)).rejects.toThrow(LoginRequired);
    expect(d.calls).toEqual([]);
  });
});

describe("with permission", () => {
  it("what an editor wrote is what a viewer reads, compressed", async () => {
    const d = dataSetup();
    await d.resources.write(editor, mainOf(secret), upload('{"a":1}'), none, signal);
    const stored = await d.resources.read(viewer, mainOf(secret), signal);
    expect(stored).toMatchObject({
      contentType: "application/vnd.nextstrain.dataset.main+json",
      contentEncoding: "gzip",
    });
    expect(await textOf(stored)).toBe('{"a":1}');
    expect(await d.resources.stat(viewer, mainOf(secret), signal)).toMatchObject({ etag: stored.etag });
  });

  it("an upload that is not what it should be leaves the old one", async () => {
    const d = dataSetup();
    await d.resources.write(editor, mainOf(secret), upload("good"), none, signal);
    await expect(d.resources.write(editor, mainOf(secret), upload("bad"), none, signal)).rejects.toThrow(
      BadContent,
    );
    expect(await textOf(await d.resources.read(editor, mainOf(secret), signal))).toBe("good");
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
    await expect(d.resources.read(viewer, mainOf(secret), signal)).rejects.toThrow(UnusableObject);
    await expect(d.resources.stat(viewer, mainOf(secret), signal)).rejects.toThrow(UnusableObject);
  });

  it("a condition on either form's tag is one on the stored object", async () => {
    const d = dataSetup();
    await d.resources.write(editor, mainOf(secret), upload("1"), { kind: "absent" }, signal);
    const { etag } = await d.resources.stat(editor, mainOf(secret), signal);
    const onIdentity: Precondition = { kind: "matches", etags: [identityTag(etag)] };
    await d.resources.write(editor, mainOf(secret), upload("2"), onIdentity, signal);
    const late = d.resources.write(editor, mainOf(secret), upload("3"), onIdentity, signal);
    await expect(late).rejects.toThrow(PreconditionFailed);
    await expect(d.resources.remove(editor, secret, onIdentity, signal)).rejects.toThrow(PreconditionFailed);
    expect(await textOf(await d.resources.read(editor, mainOf(secret), signal))).toBe("2");
  });
});

describe("removing", () => {
  const files = ["", "_root-sequence", "_tip-frequencies", "_measurements", "_meta", "_tree"];

  it("takes all six files of a dataset, and nothing else", async () => {
    const d = dataSetup();
    for (const file of files) await d.put(`Blab-Private/datasets/ncov${file}.json`, "{}");
    await d.put("Blab-Private/datasets/ncov_19B.json", "{}");
    await d.put("Blab-Private/narratives/ncov.md", "x");
    await d.resources.remove(editor, secret, none, signal);
    expect(await d.keysIn("Blab-Private/")).toEqual(["datasets/ncov_19B.json", "narratives/ncov.md"]);
  });

  it("leaves all six files when the condition on main does not hold", async () => {
    const d = dataSetup();
    for (const file of files) await d.put(`Blab-Private/datasets/ncov${file}.json`, "{}");
    const condition: Precondition = { kind: "matches", etags: [] };
    await expect(d.resources.remove(editor, secret, condition, signal)).rejects.toThrow(PreconditionFailed);
    expect(await d.keysIn("Blab-Private/")).toHaveLength(6);
  });

  it("takes a narrative, and succeeds when there is none", async () => {
    const d = dataSetup();
    await d.put("Blab-Private/narratives/tale.md", "x");
    await d.resources.remove(editor, tale, none, signal);
    await d.resources.remove(editor, tale, none, signal);
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
    expect(await d.resources.exists(anonymous, open, signal)).toBe(verdict);
  });

  it("of a narrative is that of its file", async () => {
    const d = dataSetup();
    expect(await d.resources.exists(viewer, tale, signal)).toBe(false);
    await d.put("Blab-Private/narratives/tale.md", "x", "text/markdown");
    expect(await d.resources.exists(viewer, tale, signal)).toBe(true);
  });
});

describe("a v1 dataset", () => {
  it("is read in its v2 form, under a tag that changes with either file", async () => {
    const d = dataSetup();
    const tags = new Set<string>();
    for (const title of ["Old", "Older"]) {
      await d.put("blab/datasets/ncov_meta.json", `{"title":"${title}"}`);
      await d.put("blab/datasets/ncov_tree.json", '{"strain":"root"}');
      const stored = await d.resources.readV1(anonymous, open, atOnce, signal);
      expect(JSON.parse(await textOf(stored))).toEqual({
        version: "v2",
        meta: { title },
        tree: { strain: "root" },
      });
      tags.add(stored.etag);
      expect((await d.resources.readV1(anonymous, open, atOnce, signal)).etag).toBe(stored.etag);
    }
    expect(tags.size).toBe(2);
  });

  it("of more than 20 MB in both files together is not converted, and the sentence says what to do", async () => {
    const d = dataSetup();
    await d.put("blab/datasets/ncov_meta.json", `"${"x".repeat(10_000_000)}"`);
    await d.put("blab/datasets/ncov_tree.json", `"${"x".repeat(9_900_000)}"`);
    await d.resources.readV1(anonymous, open, atOnce, signal);
    await d.put("blab/datasets/ncov_tree.json", `"${"x".repeat(10_000_000)}"`);
    const refused = d.resources.readV1(anonymous, open, atOnce, signal);
    await expect(refused).rejects.toThrow(UnusableObject);
    await expect(refused).rejects.toThrow("auspice convert");
  });

  it("of which one file is missing is not found", async () => {
    const d = dataSetup();
    await d.put("blab/datasets/ncov.json", "{}");
    await d.put("blab/datasets/ncov_meta.json", "{}");
    await expect(d.resources.readV1(anonymous, open, atOnce, signal)).rejects.toThrow(NotFound);
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
    const shown = async () => (await d.resources.list(anonymous, publicGroup, signal)).datasets.length;
    expect(await shown()).toBe(0);
    await d.resources.write(editor, mainOf(open), upload("{}"), none, signal);
    expect(await shown()).toBe(1);
    await expect(d.resources.write(editor, mainOf(open), upload("bad"), none, signal)).rejects.toThrow(
      BadContent,
    );
    await d.resources.remove(editor, open, none, signal);
    expect(await shown()).toBe(0);
  });

  it("that is remembered is for nobody who may not see the group", async () => {
    const d = dataSetup();
    await d.resources.list(viewer, privateGroup, signal);
    d.calls.length = 0;
    await expect(d.resources.list(anonymous, privateGroup, signal)).rejects.toThrow(LoginRequired);
    expect(d.calls).toEqual([]);
  });

  it("names datasets and narratives of this group alone", async () => {
    const d = dataSetup();
    await d.put("blab/datasets/ncov_19B.json", "{}");
    await d.put("blab/datasets/ncov_19B_measurements.json", "{}");
    await d.put("blab/narratives/tale.md", "x");
    await d.put("blab-2/datasets/other.json", "{}");
    const { datasets, narratives } = await d.resources.list(anonymous, publicGroup, signal);
    expect(datasets.map(({ parts }) => parts)).toEqual([["ncov", "19B"]]);
    expect(narratives.map(({ parts }) => parts)).toEqual([["tale"]]);
  });
});
