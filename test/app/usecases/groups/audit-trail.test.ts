import { describe, expect, it } from "vitest";
import { BadContent, NotFound, PreconditionFailed, StoreDown } from "../../../../src/domain/failure.ts";
import type { OpenGroup } from "../../../../src/ports/driving/groups.ts";
import { privateGroup, userWith } from "../../../domain/sample.ts";
import type { Data } from "../resources/data-setup.ts";
import { dataSetup, opened, signal, streamOf } from "../resources/data-setup.ts";

const none = { kind: "none" } as const;
const owner = userWith("blab-private/owners");
const upload = (text = "{}") => ({ encoding: "identity" as const, body: streamOf(text) });

const setup = async () => {
  const d = dataSetup();
  for (const name of ["ncov", "ncov_measurements", "old_meta", "old_tree"])
    await d.put(`Blab-Private/datasets/${name}.json`, "{}");
  await d.put("Blab-Private/narratives/tale.md", "x", "text/markdown");
  await d.put("Blab-Private/group-overview.md", "x", "text/markdown");
  await d.put("Blab-Private/group-logo.png", "x", "image/png");
  return { ...d, group: opened(d, owner, privateGroup) };
};

const readable = (group: OpenGroup, kind: "dataset" | "narrative", path: string) =>
  group.at(kind, path, "read").openToRead();
const writable = (group: OpenGroup, kind: "dataset" | "narrative", path: string) =>
  group.at(kind, path, "upload").openToWrite();

const acts: readonly (readonly [string, (group: OpenGroup) => Promise<unknown>, object | undefined])[] = [
  ["the group's info", (g) => g.info(signal), { action: "read", path: "settings" }],
  ["the group's logo", (g) => g.logo.read(signal), { action: "read", path: "settings/logo" }],
  ["the logo's metadata", (g) => g.logo.stat(signal), undefined],
  ["the listing", (g) => g.list(signal), { action: "list", path: "" }],
  [
    "a dataset",
    (g) => readable(g, "dataset", "ncov").file("main").read(signal),
    { action: "read", path: "ncov" },
  ],
  [
    "a sidecar",
    (g) => readable(g, "dataset", "ncov").file("measurements").read(signal),
    { action: "read", path: "ncov", file: "measurements" },
  ],
  [
    "a v1 dataset",
    (g) => readable(g, "dataset", "old").readV1((run) => run(), signal),
    { action: "read", path: "old" },
  ],
  ["whether a dataset exists", (g) => readable(g, "dataset", "ncov").exists(signal), undefined],
  [
    "a narrative",
    (g) => readable(g, "narrative", "tale").file("main").read(signal),
    { action: "read", path: "narratives/tale" },
  ],
  [
    "an uploaded sidecar",
    (g) => writable(g, "dataset", "new").write("tip-frequencies", upload(), none, signal),
    { action: "write", path: "new", file: "tip-frequencies" },
  ],
  [
    "an uploaded narrative",
    (g) => writable(g, "narrative", "new").write("main", upload(), none, signal),
    { action: "write", path: "narratives/new" },
  ],
  [
    "a removed dataset",
    (g) => writable(g, "dataset", "ncov").remove(none, signal),
    { action: "delete", path: "ncov" },
  ],
  [
    "a settings file",
    (g) => g.settings().file("overview").read(signal),
    { action: "read", path: "settings/overview" },
  ],
  [
    "the overview's fields",
    (g) => g.settings().editOverview().read(signal),
    { action: "read", path: "settings/overview" },
  ],
  ["the members", (g) => g.settings().members.list(signal), { action: "list", path: "settings/members" }],
  [
    "a role that is given",
    (g) => g.settings().members.grant("editors", "bob", undefined, signal),
    { action: "write", path: "settings/roles/editors/members/bob" },
  ],
  [
    "a role that is taken back",
    (g) => g.settings().members.revoke("editors", "bob", signal),
    { action: "delete", path: "settings/roles/editors/members/bob" },
  ],
  [
    "a saved overview",
    async (g) => {
      const { etag } = await g.settings().file("overview").stat(signal);
      return g.settings().editOverview().save({ kind: "source", source: "y" }, etag, signal);
    },
    { action: "write", path: "settings/overview" },
  ],
  [
    "a changed logo",
    (g) => g.settings().openToWrite("logo").write(upload(), none, signal),
    { action: "write", path: "settings/logo" },
  ],
  [
    "a removed overview",
    (g) => g.settings().openToWrite("overview").remove(none, signal),
    { action: "delete", path: "settings/overview" },
  ],
];

describe("the audit", () => {
  it.each(acts)("of %s is one event when it is done, with its address", async (_, act, object) => {
    const { group, log } = await setup();
    await act(group);
    const who = { event: "access", caller: "user", username: "alice", subject: "1f0c" };
    expect(log.events).toEqual(object === undefined ? [] : [{ ...who, group: privateGroup.name, ...object }]);
  });

  const fails = async (d: Data & { readonly group: OpenGroup }, act: Promise<unknown>, failure: object) => {
    await expect(act).rejects.toThrow(failure as never);
    expect(d.log.events).toEqual([]);
  };

  it("has nothing that failed", async () => {
    const d = await setup();
    const dataset = readable(d.group, "dataset", "nothing");
    await fails(d, dataset.file("main").read(signal), NotFound);
    await fails(
      d,
      dataset.readV1((run) => run(), signal),
      NotFound,
    );
    const target = writable(d.group, "dataset", "ncov");
    await fails(d, target.write("main", upload("bad"), none, signal), BadContent);
    await fails(d, target.write("main", upload(), { kind: "absent" }, signal), PreconditionFailed);
    await fails(d, target.remove({ kind: "absent" }, signal), PreconditionFailed);
    const logo = d.group.settings().openToWrite("logo");
    await fails(d, logo.write(upload(), { kind: "absent" }, signal), PreconditionFailed);
    await fails(d, logo.remove({ kind: "absent" }, signal), PreconditionFailed);
  });

  it("has no read of an overview that is not there", async () => {
    const d = await setup();
    await d.store.remove("Blab-Private/group-overview.md" as never, none, signal);
    await d.group.settings().editOverview().read(signal);
    expect(d.log.events).toEqual([]);
  });

  it("has a dataset's removal once its main file is gone, whatever an outage then leaves behind", async () => {
    const d = await setup();
    const { remove } = d.store;
    d.store.remove = (key, ...rest) =>
      key.endsWith("ncov_measurements.json") ? Promise.reject(new StoreDown()) : remove(key, ...rest);
    await expect(writable(d.group, "dataset", "ncov").remove(none, signal)).rejects.toThrow(StoreDown);
    expect(d.log.events).toMatchObject([{ action: "delete", path: "ncov" }]);
    expect((await d.group.list(signal)).datasets.map(({ parts }) => parts)).toEqual([["old"]]);
  });
});
