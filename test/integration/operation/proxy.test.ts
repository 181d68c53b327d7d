import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { makeCertificates } from "../../support/containers/certificates.ts";
import type { Container } from "../../support/containers/container.ts";
import { ask } from "../../support/requests/http.ts";
import { startTraffic } from "../../support/requests/traffic.ts";
import { datasetChunks, digested, slowly, transferClient } from "../../support/requests/transfer.ts";
import type { ProxiedSite } from "../../support/server/proxied-site.ts";
import { startProxiedSite } from "../../support/server/proxied-site.ts";
import { apacheBefore, nginxBefore } from "../../support/server/proxies.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let site: ProxiedSite;
let bearer: string;
beforeAll(async () => {
  site = await startProxiedSite();
  // For longer than all of this takes on a machine that is busy with other things.
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = { sub: "alice", preferred_username: "alice", groups: ["blab/owners"], exp };
  bearer = `Bearer ${await site.provider.idToken(claims)}`;
});
afterAll(() => site?.close());

const asked = (origin: string) => ({
  provider: site.provider,
  ask: (question: Parameters<typeof ask>[1]) => ask(origin, question, site.certificates.ca),
});

/** In bytes, with an idle instance's 150 MB: a transfer that is held as a whole would need 1.1 GB more. */
const mostMemory = 450e6;

describe.each([
  { name: "nginx", index: 0, start: nginxBefore },
  { name: "Apache", index: 1, start: apacheBefore },
] as const)("through $name with the sample configuration", ({ index, start }) => {
  let proxy: Container;
  let origin: string;
  beforeAll(async () => {
    proxy = await start(site, site.proxies[index]);
    origin = site.proxies[index].origin;
  });
  afterAll(() => proxy?.close());

  test("somebody logs in and out, with secure cookies and the origin's port", async () => {
    const alice = browser(asked(origin));
    site.provider.setPerson({ sub: "alice", username: "alice", groups: ["test-private/viewers"] });
    const begun = await alice.ask("/login?return_to=/groups/test-private");
    expect(begun.cookies.every((cookie) => /; secure/i.test(cookie))).toBe(true);
    const redirectUri = new URL(begun.headers["location"] ?? "").searchParams.get("redirect_uri");
    expect(redirectUri).toBe(`${origin}/logged-in`);
    const finished = await alice.logIn("/login?return_to=/groups/test-private");
    expect([finished.status, finished.headers["location"]]).toEqual([302, "/groups/test-private"]);
    expect(finished.cookies.every((cookie) => /; secure/i.test(cookie))).toBe(true);
    // Both instances are asked in turn.
    for (let turn = 0; turn < 4; turn++) expect((await alice.ask("/groups/test-private")).status).toBe(200);
    const out = new URL((await alice.ask("/logout")).headers["location"] ?? "");
    expect(out.searchParams.get("post_logout_redirect_uri")).toBe(origin);
    expect((await alice.ask("/groups/test-private")).status).toBe(302);
  });

  test("forwarded headers of a client count for nothing", async () => {
    const headers = {
      Forwarded: "host=evil.example;proto=http",
      "X-Forwarded-Host": ["evil.example", "evil.example"],
      "X-Forwarded-Proto": "http",
      X_Forwarded_Host: "evil.example",
      X_Forwarded_Proto: "http",
    };
    const { location } = (await asked(origin).ask({ path: "/login", headers })).headers;
    expect(new URL(location ?? "").searchParams.get("redirect_uri")).toBe(`${origin}/logged-in`);
  });

  test("another name gets no answer, or one that does not repeat it", async () => {
    const redirectUri = await asked(origin)
      .ask({ path: "/login", headers: { Host: "evil.example" } })
      .then(
        ({ headers }) => new URL(headers["location"] ?? "").searchParams.get("redirect_uri"),
        () => "no answer",
      );
    expect(["no answer", `${origin}/logged-in`]).toContain(redirectUri);
  });

  test("plain http is sent on to https, an upload as an upload", async () => {
    const { http } = site.proxies[index];
    const sent = { method: "PUT", path: "/groups/blab/x?y=%2F", headers: { "Content-Length": "0" } };
    const answer = await ask(`http://localhost:${http}`, sent);
    expect([answer.status, answer.headers["location"]]).toEqual([308, `${origin}/groups/blab/x?y=%2F`]);
  });

  test("paths arrive as they were sent", async () => {
    const path = "/groups/blab/a%2Fb%20c%2Bd/%C3%BC";
    const answer = await asked(origin).ask({ path, headers: { Accept: "application/json" } });
    expect([answer.status, answer.headers["link"]]).toEqual([404, expect.stringContaining(`<${path}>`)]);
  });

  test("1.1 GB go up and come back, in flat memory", { timeout: 300_000 }, async () => {
    const client = transferClient(origin, site.certificates.ca, bearer);
    try {
      const { chunks, digest } = digested(datasetChunks(1100));
      expect(await client.upload("/groups/blab/large", chunks)).toBe(204);
      expect(await client.download("/groups/blab/large")).toEqual({ status: 200, ...digest() });
      const peaks = await Promise.all(site.instances.map((instance) => instance.peakMemory()));
      expect(Math.max(...peaks)).toBeLessThan(mostMemory);
    } finally {
      client.close();
    }
  });

  test("no request fails while an instance is taken down and comes back", async () => {
    const client = transferClient(origin, site.certificates.ca, bearer);
    const alice = browser(asked(origin));
    site.provider.setPerson({ sub: "alice", username: "alice", groups: ["test-private/viewers"] });
    await alice.logIn();
    const traffic = startTraffic(client, `traffic-${index}`);
    const [instance] = site.instances;
    try {
      expect(await client.upload("/groups/blab/steady", datasetChunks(1))).toBe(204);
      const long = [1, 2, 3, 4].map((turn) =>
        client.upload(`/groups/blab/long/${index}/${turn}`, slowly(datasetChunks(20), 4000)),
      );
      await pause(1000);
      expect(await instance.stop()).toBe(0);
      await pause(1000);
      await instance.start();
      await pause(2500);
      expect(await Promise.all(long)).toEqual([204, 204, 204, 204]);
      const { failures, done } = await traffic.end();
      expect(failures).toEqual([]);
      expect(done).toBeGreaterThan(50);
      for (let turn = 0; turn < 4; turn++) expect((await alice.ask("/groups/test-private")).status).toBe(200);
    } finally {
      await traffic.end();
      client.close();
    }
  });
});

describe("a private CA", () => {
  test("that was not named is not trusted: provider and store are missed", async () => {
    const stranger = await site.instanceWith({});
    await stranger.start();
    try {
      const answer = await ask(`http://127.0.0.1:${stranger.port}`, { path: "/readyz" });
      expect(answer.status).toBe(503);
      expect(answer.json()).toMatchObject({
        missing: expect.arrayContaining([expect.anything(), expect.anything()]),
      });
    } finally {
      await stranger.stop();
    }
  });

  test("that did not sign Redis's certificate stops the start", async () => {
    const folder = await temporaryFolder();
    const file = join(folder.path, "another-ca.pem");
    await writeFile(file, (await makeCertificates()).ca);
    const stranger = await site.instanceWith({ REDIS_CA_FILE: file });
    await expect(stranger.start()).rejects.toThrow(/ended with 1:.*REDIS_URL: Redis cannot be used/s);
    await folder.remove();
  });

  test("named in both ways lets an instance find all that it needs", async () => {
    for (const { port } of site.instances) {
      const answer = await ask(`http://127.0.0.1:${port}`, { path: "/readyz" });
      expect([answer.status, answer.json()]).toEqual([200, { status: "ready" }]);
    }
  });
});
