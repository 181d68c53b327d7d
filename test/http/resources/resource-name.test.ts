import { describe, expect, test } from "vitest";
import type { KeyPrefix } from "../../../src/domain/resources/object-key.ts";
import {
  datasetType,
  get,
  mainDataset,
  mainType,
  narrative,
  narrativeType,
  put,
} from "../../support/resources/resources.ts";
import { putObjects } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const named = (name: string) => JSON.stringify({ meta: { title: name }, tree: { name: "root" } });

const listed = async (): Promise<string[]> => {
  const answer = await server.ask({ path: "/charon/getAvailable?prefix=/groups/blab" });
  return (answer.json() as { datasets: { request: string }[] }).datasets.map(({ request }) => request);
};

/** Encodes a path as the CLI does (CLI-23). */
const encodeAsClient = (name: string): string =>
  encodeURIComponent(name)
    .replace(/%2F/g, "/")
    .replace(/%40/g, "@")
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

describe("a dataset may be called", () => {
  test.each([
    "zika",
    "Flu/H3N2",
    "two words",
    "a+b",
    "Zürich/über",
    "中国/流感",
    "\u00e9 composed",
    "🦠",
    "a.b",
    ".hidden",
    "-a-",
    "it's (new)!*",
    "a&b=c",
    "~tilde",
    "CON",
    "meta-data",
    "narratives2",
    "x".repeat(180),
  ])("%s, and is found, listed and removed under that name", async (name) => {
    const path = `/groups/blab/${encodeAsClient(name)}`;
    const answer = await put(server, path, mainType, named(name));
    expect([answer.status, answer.text]).toEqual([204, ""]);
    const found = await get(server, path, mainType);
    expect([found.status, found.text]).toEqual([200, named(name)]);
    expect(found.headers["content-disposition"]).toMatch(/^attachment; filename/);
    expect(await listed()).toContain(`groups/blab/${name}`);
    const prefix = encodeURIComponent(`groups/blab/${name}`);
    expect((await server.ask({ path: `/charon/getDataset?prefix=${prefix}` })).text).toBe(named(name));
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    expect((await server.ask({ method: "DELETE", path, headers })).status).toBe(204);
    expect(await listed()).not.toContain(`groups/blab/${name}`);
  });
});

describe("the longest name", () => {
  test.each([
    ["of one byte a letter", "x"],
    ["of two bytes a letter", "é"],
    ["of three bytes a letter", "中"],
    ["of four bytes for two UTF-16 code units", "🦠"],
  ])("%s is stored with every sidecar, and a longer one is refused", async (_, letter) => {
    const name = letter.repeat(Math.floor(234 / Buffer.byteLength(letter)));
    const path = `/groups/blab/${encodeAsClient(name)}`;
    const contents = {
      main: mainDataset,
      "root-sequence": '{"nuc": "A"}',
      "tip-frequencies": '{"pivots": []}',
    };
    for (const [file, content] of Object.entries(contents)) {
      expect((await put(server, path, datasetType(file), content)).status).toBe(204);
      const found = await get(server, path, datasetType(file));
      expect([found.status, found.text]).toEqual([200, content]);
    }
    expect(await listed()).toContain(`groups/blab/${name}`);
    const longer = `/groups/blab/${encodeAsClient(`${name}${letter}`)}`;
    const refused = await put(server, longer, mainType, mainDataset);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("234 bytes")]);
    expect((await get(server, longer, mainType)).status).toBe(404);
  });
});

describe("names are distinct", () => {
  test.each([
    ["that differ only in letter case", "case/Ncov", "case/ncov"],
    ["of which one is below the other", "up", "up/down"],
    ["that differ in a plus and a blank", "p+q", "p q"],
  ])("%s", async (_, one, other) => {
    for (const name of [one, other])
      await put(server, `/groups/blab/${encodeAsClient(name)}`, mainType, named(name));
    for (const name of [one, other]) {
      expect((await get(server, `/groups/blab/${encodeAsClient(name)}`, mainType)).text).toBe(named(name));
    }
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    await server.ask({ method: "DELETE", path: `/groups/blab/${encodeAsClient(one)}`, headers });
    expect((await get(server, `/groups/blab/${encodeAsClient(other)}`, mainType)).text).toBe(named(other));
  });

  test("of a dataset and a narrative", async () => {
    await put(server, "/groups/blab/both", mainType, mainDataset);
    await put(server, "/groups/blab/narratives/both", narrativeType, narrative);
    expect((await get(server, "/groups/blab/both", mainType)).text).toBe(mainDataset);
    expect((await get(server, "/groups/blab/narratives/both", narrativeType)).text).toBe(narrative);
  });
});

describe("an object under a name that uploads no longer accept", () => {
  test.each(["50%", "a%2Bb", "c?d#e", "x\\y", "blank ", "zero\u200bwidth"])(
    "is read, listed and deleted: %j",
    async (name) => {
      await putObjects(server, {
        [`blab/datasets/${name}.json`]: { type: mainType, content: named(name) },
        [`blab/narratives/${name}.md`]: { type: narrativeType, content: narrative },
      });
      const path = `/groups/blab/${encodeAsClient(name)}`;
      const story = `/groups/blab/narratives/${encodeAsClient(name)}`;
      expect((await get(server, path, mainType)).text).toBe(named(name));
      expect((await get(server, story, narrativeType)).text).toBe(narrative);
      await expect.poll(listed).toContain(`groups/blab/${name}`);
      const headers = { Authorization: await server.bearer("olga", "blab/owners") };
      for (const address of [path, story]) {
        expect((await server.ask({ method: "DELETE", path: address, headers })).status).toBe(204);
      }
      await expect.poll(listed).not.toContain(`groups/blab/${name}`);
      expect((await get(server, path, mainType)).status).toBe(404);
      expect((await get(server, story, narrativeType)).status).toBe(404);
    },
  );
});

describe("two Unicode forms of a name", () => {
  const composed = "/groups/blab/%C3%8Ele/2024";
  const decomposed = "/groups/blab/I%CC%82le/2024";
  const story = {
    composed: "/groups/blab/narratives/%C3%A9t%C3%A9",
    decomposed: "/groups/blab/narratives/e%CC%81te%CC%81",
  };
  const name = "\u00cele/2024";
  const remove = async (path: string) => {
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    expect((await server.ask({ method: "DELETE", path, headers })).status).toBe(204);
  };
  const inEitherForm = async (read: (path: string) => Promise<{ text: string }>) =>
    Promise.all([composed, decomposed].map(async (path) => (await read(path)).text));
  const onlyIfNew = { "If-None-Match": "*" };

  test("are equivalent: the second upload replaces the first", async () => {
    expect((await put(server, decomposed, mainType, named("first"), onlyIfNew)).status).toBe(204);
    expect((await put(server, composed, mainType, named("second"), onlyIfNew)).status).toBe(412);
    expect(await inEitherForm((path) => get(server, path, mainType))).toEqual([
      named("first"),
      named("first"),
    ]);
    expect((await listed()).filter((one) => one.normalize("NFC").includes(name))).toEqual([
      `groups/blab/${name}`,
    ]);
    expect((await get(server, decomposed, mainType)).headers["content-disposition"]).toContain(
      "%C3%8Ele_2024.json",
    );
    await remove(composed);
    expect((await get(server, decomposed, mainType)).status).toBe(404);
  });

  test.each([
    ["decomposed", "I\u0302le_2024"],
    ["of a Mac's file below a typed name", "\u00cele_2024-e\u0301te\u0301"],
  ])("find an object under an old key: %s", async (_, stored) => {
    const path = `/groups/blab/${encodeURIComponent(stored.normalize("NFC").replace("_", "/")).replace("%2F", "/")}`;
    await putObjects(server, {
      [`blab/datasets/${stored}.json`]: { type: mainType, content: named("old") },
      [`blab/datasets/${stored}_measurements.json`]: {
        type: datasetType("measurements"),
        content: '{"old":1}',
      },
    });
    const nfd = `/groups/blab/${encodeURIComponent(decodeURIComponent(path.slice(13)).normalize("NFD")).replace("%2F", "/")}`;
    // An object that was not uploaded here may be missing until the cached listing expires.
    await expect.poll(async () => (await get(server, nfd, mainType)).status, { timeout: 5000 }).toBe(200);
    for (const address of [path, nfd]) {
      expect((await get(server, address, mainType)).text).toBe(named("old"));
      expect((await get(server, address, datasetType("measurements"))).text).toBe('{"old":1}');
      const page = { path: address, headers: { Accept: "text/html" } };
      expect((await server.ask(page)).status).toBe(200);
      const prefix = encodeURIComponent(decodeURIComponent(address).slice(1));
      expect((await server.ask({ path: `/charon/getDataset?prefix=${prefix}` })).text).toBe(named("old"));
      expect((await put(server, address, mainType, named("twin"), onlyIfNew)).status).toBe(412);
    }
    expect((await put(server, path, mainType, named("new"))).status).toBe(204);
    const store = await server.stored.openObjects();
    const names = await Array.fromAsync(
      store.list("blab/datasets/" as KeyPrefix, new AbortController().signal),
    );
    await store.close();
    expect(names.filter((one) => one.includes("2024"))).toEqual([
      `${stored}.json`,
      `${stored}_measurements.json`,
    ]);
    expect((await get(server, nfd, mainType)).text).toBe(named("new"));
    await remove(path);
    for (const type of [mainType, datasetType("measurements")]) {
      expect((await get(server, nfd, type)).status).toBe(404);
    }
  });

  test("that are both stored are listed once, composed, and deleted together", async () => {
    await putObjects(server, {
      "blab/datasets/I\u0302le_2024.json": { type: mainType, content: named("decomposed") },
      "blab/datasets/\u00cele_2024.json": { type: mainType, content: named("composed") },
    });
    expect(await inEitherForm((path) => get(server, path, mainType))).toEqual([
      named("composed"),
      named("composed"),
    ]);
    expect((await listed()).filter((one) => one.endsWith("le/2024"))).toEqual([`groups/blab/${name}`]);
    await remove(decomposed);
    expect((await get(server, composed, mainType)).status).toBe(404);
    expect((await get(server, decomposed, mainType)).status).toBe(404);
  });

  test("of a narrative are equivalent, on both routes", async () => {
    await putObjects(server, {
      "blab/narratives/e\u0301te\u0301.md": { type: narrativeType, content: narrative },
    });
    for (const path of Object.values(story)) {
      expect((await get(server, path, narrativeType)).text).toBe(narrative);
      const prefix = encodeURIComponent(decodeURIComponent(path).slice(1));
      expect((await server.ask({ path: `/charon/getNarrative?prefix=${prefix}&type=md` })).text).toBe(
        narrative,
      );
    }
    expect((await put(server, story.composed, narrativeType, narrative, onlyIfNew)).status).toBe(412);
    await remove(story.composed);
    expect((await get(server, story.decomposed, narrativeType)).status).toBe(404);
  });
});

describe("a PUT is rejected with 400", () => {
  test.each([
    ["an underscore", "/groups/blab/a_b"],
    ["an encoded underscore", "/groups/blab/a%5Fb"],
    ["a version", "/groups/blab/a@2024-01-01"],
    ["two datasets", "/groups/blab/a:groups/blab/b"],
    ["an empty part", "/groups/blab/a//b"],
    ["the sidecar measurements", "/groups/blab/ncov/measurements"],
    ["the sidecar root-sequence", "/groups/blab/ncov/root-sequence"],
    ["the sidecar tip-frequencies", "/groups/blab/ncov/tip-frequencies"],
    ["the old file meta", "/groups/blab/ncov/meta"],
    ["the old file tree", "/groups/blab/ncov/tree"],
    ["the old file seq", "/groups/blab/ncov/seq"],
    ["a parent folder", "/groups/blab/a/../b"],
    ["an encoded parent folder", "/groups/blab/a/%2e%2E/b"],
    ["a parent folder behind an encoded slash", "/groups/blab/a%2f..%2fb"],
    ["a backslash", "/groups/blab/a%5Cb"],
    ["a hash", "/groups/blab/a%23b"],
    ["a question mark", "/groups/blab/a%3Fb"],
    ["a per cent sign", "/groups/blab/50%25"],
    ["an encoded per cent sign", "/groups/blab/a%252Bb"],
    ["a blank at its end", "/groups/blab/a%20"],
    ["a blank at the beginning of a part", "/groups/blab/a/%20b"],
    ["a zero-width space", "/groups/blab/a%E2%80%8Bb"],
    ["NUL", "/groups/blab/a%00"],
    ["a line break", "/groups/blab/a%0a"],
    ["bad encoding", "/groups/blab/a%zz"],
    ["bytes that are no UTF-8", "/groups/blab/%ff"],
    ["a name of 2 000 letters", `/groups/blab/${"x".repeat(2000)}`],
  ])("for a name with %s", async (_, path) => {
    const before = await listed();
    const answer = await put(server, path, mainType, mainDataset);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ error: expect.stringMatching(/[.)]$/) });
    expect(await listed()).toEqual(before);
  });

  test("for a narrative whose name Auspice cannot open, with the reason", async () => {
    const answer = await put(server, "/groups/blab/narratives/why%3F", narrativeType, narrative);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      error: expect.stringContaining("cannot hold ?: Auspice does not keep it"),
    });
  });

  test("for a narrative with an underscore, but not for the name of a sidecar", async () => {
    expect((await put(server, "/groups/blab/narratives/a_b", narrativeType, narrative)).status).toBe(400);
    expect((await put(server, "/groups/blab/narratives/a/tree", narrativeType, narrative)).status).toBe(204);
  });
});
