import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CliProxy } from "../../support/cli/cli-proxy.ts";
import { discoveryPath, openCliProxy } from "../../support/cli/cli-proxy.ts";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine } from "../../support/cli/command-line.ts";
import { makeCertificates } from "../../support/containers/certificates.ts";
import type { Recorded } from "../../support/requests/recording-proxy.ts";

const main = JSON.stringify({ version: "v2", meta: { title: "On the wire" }, tree: { name: "root" } });
const types = ["main", "root-sequence", "tip-frequencies", "measurements"].map(
  (type) => `application/vnd.nextstrain.dataset.${type}+json`,
);

/** With slashes and sidecars, as the CLI would understand them. */
const aListing = {
  datasets: [{ request: "/groups/demo/lakeside/2024/", sidecars: ["measurements"] }],
  narratives: [],
};

let site: CliSite;
let proxy: CliProxy;
/** Another name of the same server. */
let other: CliProxy;
let alice: CommandLine;
let nobody: CommandLine;
let loginRequests: readonly Recorded[];

beforeAll(async () => {
  site = await openCliSite();
  const certificates = await makeCertificates();
  other = await openCliProxy(site, { certificates });
  proxy = await openCliProxy(site, {
    certificates,
    override: (target) => {
      if (target.includes("/elsewhere")) return { redirect: other.origin + target };
      return target.endsWith("prefix=%2Fgroups%2Fdemo%2Flakeside") ? { json: aListing } : undefined;
    },
  });
  [alice, nobody] = await Promise.all([proxy.terminal(), proxy.terminal()]);
  await writeFile(join(alice.folder, "wire.json"), main);
  const ran = await alice.logIn(site.browser, proxy.origin, "alice");
  if (ran.code !== 0) throw new Error(`alice cannot log in: ${ran.text}`);
  loginRequests = proxy.recorded();
});
afterAll(async () => {
  await Promise.all([proxy?.close(), other?.close()]);
  await site?.close();
});

/** What goes over the wire during one command that ends well. */
const requestsOf = async (line: CommandLine, ...args: readonly string[]): Promise<readonly Recorded[]> => {
  proxy.recorded();
  const ran = await line.nextstrain(...args);
  expect(ran.code, ran.text).toBe(0);
  return proxy.recorded();
};

const lines = (requests: readonly Recorded[]): string[] =>
  requests.map(({ method, target }) => `${method} ${target}`);

/** Without those that any command of somebody logged in begins with. */
const ofApi = (requests: readonly Recorded[]): readonly Recorded[] =>
  requests.filter(({ target }) => target !== discoveryPath && !target.startsWith("/idp/"));

const form = (request: Recorded | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(request?.body.toString()));

describe("login and renewal", () => {
  test("ask for discovery and keys without credentials, and for each once (CLI-3, CLI-5, CLI-22)", () => {
    expect(lines(loginRequests)).toEqual([`GET ${discoveryPath}`, "POST /idp/token", "GET /idp/jwks"]);
    const [first, , keys] = loginRequests;
    expect(first?.headers.accept).toBe("*/*");
    // Another library's, which trusts what Python trusts.
    expect(keys?.headers["user-agent"]).toMatch(/^(Python-urllib|PyJWT)/);
    for (const { headers } of loginRequests) expect(headers).not.toHaveProperty("authorization");
  });

  test("need the certificate authority twice: the keys come by what Python itself trusts (CLI-3)", async () => {
    const careless = await proxy.terminal({ SSL_CERT_FILE: "/dev/null" });
    await writeFile(careless.secrets, await readFile(alice.secrets));
    proxy.recorded();
    const ran = await careless.nextstrain("whoami", proxy.origin);
    expect([ran.code, ran.text]).toEqual([1, expect.stringContaining("CERTIFICATE_VERIFY_FAILED")]);
    expect(lines(proxy.recorded())).toEqual([`GET ${discoveryPath}`]);
  });

  test("send a code with its verifier and no secret (CLI-13, CLI-15)", () => {
    const sent = form(loginRequests[1]);
    expect(sent).toEqual({
      client_id: "nextstrain-cli",
      grant_type: "authorization_code",
      code: expect.stringMatching(/./),
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: expect.stringMatching(/^http:\/\/(127\.0\.0\.1|localhost):\d+\/$/),
    });
  });

  test("send a refresh token and no secret (CLI-20)", async () => {
    const requests = await requestsOf(alice, "login", "--renew", proxy.origin);
    expect(lines(requests)).toEqual([`GET ${discoveryPath}`, "POST /idp/token", "GET /idp/jwks"]);
    expect(form(requests[1])).toEqual({
      client_id: "nextstrain-cli",
      grant_type: "refresh_token",
      refresh_token: expect.stringMatching(/./),
    });
    expect(requests[1]?.headers).not.toHaveProperty("authorization");
  });
});

describe("whoever is logged in", () => {
  test("uploads compressed, in chunks, without asking first (CLI-30)", async () => {
    const address = `${proxy.origin}/groups/demo-private/on the wire/größe`;
    const [sent, ...more] = ofApi(await requestsOf(alice, "remote", "upload", address, "wire.json"));
    expect(more).toEqual([]);
    expect(sent).toMatchObject({
      method: "PUT",
      // CLI-23
      target: "/groups/demo-private/on%20the%20wire/gr%C3%B6%C3%9Fe",
      headers: { "content-type": types[0], "content-encoding": "gzip", "transfer-encoding": "chunked" },
    });
    for (const name of ["content-length", "expect"]) expect(sent?.headers).not.toHaveProperty(name);
    expect(gunzipSync(sent?.body ?? "").toString()).toBe(main);
  });

  test("says which client this is, and what it unpacks (CLI-4)", async () => {
    const version = (await alice.nextstrain("--version")).output.trim().split(" ").at(-1);
    const requests = await requestsOf(alice, "remote", "ls", `${proxy.origin}/groups/demo`);
    for (const { headers } of ofApi([...requests, ...loginRequests.slice(0, 1)])) {
      expect(headers["user-agent"]).toContain(`Nextstrain-CLI/${version} (https://nextstrain.org/cli)`);
      expect(headers["accept-encoding"]?.split(", ")).toEqual(expect.arrayContaining(["gzip", "deflate"]));
    }
    expect(ofApi(requests)).toHaveLength(1);
  });

  test("lists with the path as a prefix, without a slash at its end (CLI-24)", async () => {
    const requests = await requestsOf(alice, "remote", "ls", `${proxy.origin}/groups/demo/`);
    expect(lines(ofApi(requests))).toEqual(["GET /charon/getAvailable?prefix=%2Fgroups%2Fdemo"]);
    expect(ofApi(requests)[0]?.headers.accept).toBe("application/json");
  });

  test("downloads by four types in turn, one at a time (CLI-27)", async () => {
    const address = `${proxy.origin}/groups/demo/lakeside/2024`;
    const requests = ofApi(await requestsOf(alice, "remote", "download", address, "back.json"));
    expect(requests.map(({ headers }) => headers.accept)).toEqual(types);
    const story = `${proxy.origin}/groups/demo/narratives/lakeside/around-the-lake`;
    const [sent, ...more] = ofApi(await requestsOf(alice, "remote", "download", story, "back.md"));
    expect([sent?.headers.accept, more]).toEqual(["text/vnd.nextstrain.narrative+markdown", []]);
  });

  test("downloads the sidecars that a listing names, where one does (CLI-25)", async () => {
    const address = `${proxy.origin}/groups/demo/lakeside`;
    const requests = ofApi(await requestsOf(alice, "remote", "download", "-r", address));
    expect(requests.map(({ headers }) => headers.accept)).toEqual(["application/json", types[0], types[3]]);
  });

  test("deletes what a listing has shown (CLI-34)", async () => {
    const address = `${proxy.origin}/groups/demo-private/on the wire`;
    expect(lines(ofApi(await requestsOf(alice, "remote", "delete", "-r", address)))).toEqual([
      "GET /charon/getAvailable?prefix=%2Fgroups%2Fdemo-private%2Fon+the+wire",
      "DELETE /groups/demo-private/on%20the%20wire/gr%C3%B6%C3%9Fe",
    ]);
  });
});

describe("the id token", () => {
  const ls = (line: CommandLine, origin: string) => line.nextstrain("remote", "ls", `${origin}/groups/demo`);

  test("goes to the API, and neither to discovery nor for the keys (CLI-22)", async () => {
    const [, token = ""] = /^id_token = (.+)$/m.exec(await readFile(alice.secrets, "utf8")) ?? [];
    const requests = await requestsOf(alice, "remote", "ls", `${proxy.origin}/groups/demo`);
    expect(ofApi(requests).map(({ headers }) => headers.authorization)).toEqual([`Bearer ${token}`]);
    const whoami = await requestsOf(alice, "whoami", proxy.origin);
    expect(ofApi(whoami), "whoami asks the token (CLI-21)").toEqual([]);
    const others = requests.filter((request) => !ofApi(requests).includes(request));
    expect(lines(others)).toEqual([`GET ${discoveryPath}`, "GET /idp/jwks"]);
    for (const { headers } of others) expect(headers).not.toHaveProperty("authorization");
  });

  test("is not sent by somebody who is not logged in, who needs no discovery either (CLI-5, CLI-22)", async () => {
    const requests = await requestsOf(nobody, "remote", "ls", `${proxy.origin}/groups/demo`);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
  });

  test("is not sent to another origin, be it the same server (CLI-2, CLI-22)", async () => {
    expect((await ls(alice, other.origin)).code).toBe(0);
    const byAddress = proxy.origin.replace("localhost", "127.0.0.1");
    proxy.recorded();
    expect((await ls(alice, byAddress)).code).toBe(0);
    for (const requests of [other.recorded(), proxy.recorded()]) {
      expect(lines(requests)).toEqual(["GET /charon/getAvailable?prefix=%2Fgroups%2Fdemo"]);
      expect(requests[0]?.headers).not.toHaveProperty("authorization");
    }
  });

  test("is not sent after a redirect to another origin (CLI-22)", async () => {
    const ran = await alice.nextstrain("remote", "download", `${proxy.origin}/groups/demo/elsewhere`);
    expect(ran.text).toContain("Remote resource not found");
    expect(ofApi(proxy.recorded())[0]?.headers).toHaveProperty("authorization");
    const [redirected] = other.recorded();
    expect(redirected?.target).toBe("/groups/demo/elsewhere");
    expect(redirected?.headers).not.toHaveProperty("authorization");
  });
});
