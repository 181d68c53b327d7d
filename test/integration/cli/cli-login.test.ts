import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine } from "../../support/cli/command-line.ts";
import { ask } from "../../support/requests/http.ts";

let site: CliSite;
let alice: CommandLine;
let nobody: CommandLine;

beforeAll(async () => {
  site = await openCliSite();
  [alice, nobody] = await Promise.all([site.terminal(), site.terminal()]);
});
afterAll(() => site?.close());

/** One of the tokens that the CLI keeps. */
const kept = async (line: CommandLine, name: string): Promise<string> =>
  new RegExp(`^${name} = (.+)$`, "m").exec(await readFile(line.secrets, "utf8"))?.[1] ?? "";

const replaceKept = async (line: CommandLine, name: string, value: string): Promise<void> => {
  const text = await readFile(line.secrets, "utf8");
  await writeFile(line.secrets, text.replace(new RegExp(`^(${name} = ).+$`, "m"), `$1${value}`));
};

/** A token as the provider made it, with its own key and claims, an hour and more ago. */
const aged = async (idToken: string): Promise<string> => {
  const text = await readFile(join(site.server.data, "idp", "signing-keys.json"), "utf8");
  const { keys } = JSON.parse(text) as { keys: Record<string, string>[] };
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...decodeJwt(idToken), iat: now - 3700, exp: now - 100 })
    .setProtectedHeader({ alg: "RS256", ...decodeProtectedHeader(idToken) })
    .sign(await importJWK(keys[0] ?? {}, "RS256"));
};

describe("login in the browser", () => {
  test("is done once, and keeps the three tokens to oneself (CLI-3, CLI-5 to CLI-9, CLI-12 to CLI-18)", async () => {
    const ran = await alice.logIn(site.browser, site.origin, "alice");
    expect(ran.text).toContain(`Logged into ${site.origin} as alice.`);
    expect([ran.code, ran.errors]).toEqual([
      0,
      `Credentials for ${site.origin} saved to ${alice.secrets}.\n`,
    ]);
    const address = new URL(/^ {2}(https:.+)$/m.exec(ran.output)?.[1] ?? "");
    expect(address.href).toMatch(new RegExp(`^${site.origin}/idp/auth\\?`));
    const query = Object.fromEntries(address.searchParams);
    expect(query).toMatchObject({ response_type: "code", code_challenge_method: "S256" });
    expect(query["redirect_uri"]).toMatch(/^http:\/\/(127\.0\.0\.1|localhost):\d+\/$/);
    for (const name of ["state", "code_challenge"]) expect(query[name], name).toMatch(/^[\w-]{43}$/);
    expect(query).not.toHaveProperty("nonce");
    expect(query["scope"]?.split(" ").sort()).toEqual(["email", "offline_access", "openid", "profile"]);
    const secrets = await readFile(alice.secrets, "utf8");
    expect(secrets).toContain(`[authn ${site.origin}]`);
    for (const name of ["id_token", "access_token", "refresh_token"]) {
      expect((await kept(alice, name)).length, name).toBeGreaterThan(20);
    }
    expect((await stat(alice.secrets)).mode & 0o77).toBe(0);
  });

  test("does nothing for who is logged in already", async () => {
    const ran = await alice.nextstrain("login", site.origin);
    expect([ran.code, ran.errors]).toEqual([0, ""]);
    expect(ran.text).toContain(`Logged into ${site.origin} as alice.`);
  });

  test("ends with the provider's words when it refuses the code (CLI-15)", async () => {
    const ran = await nobody.beginLogin(site.origin, (address) => {
      const { searchParams } = new URL(address);
      const answer = new URLSearchParams({ code: "made-up", state: searchParams.get("state") ?? "" });
      return fetch(`${searchParams.get("redirect_uri")}?${answer}`);
    });
    expect(ran.code).toBe(1);
    expect(ran.errors).toMatch(/^Error: Login failed: .*(invalid_grant|grant request is invalid)/);
  });

  test("needs the server's certificate authority, and an address with https (CLI-3, CLI-8)", async () => {
    const trustful = await site.terminal({ REQUESTS_CA_BUNDLE: "" });
    const [untrusted, plain] = await Promise.all([
      trustful.nextstrain("login", site.origin),
      nobody.nextstrain("login", site.server.http),
    ]);
    expect([untrusted.code, plain.code]).toEqual([1, 1]);
    expect(untrusted.text).toContain(`Error: Could not connect to ${site.origin}`);
    expect(untrusted.text).toContain("CERTIFICATE_VERIFY_FAILED");
    // Its own crash; docs/using.md says what to do.
    expect(plain.text).toContain('assert auth_url.scheme == "https"');
  });

  test("is the only way: a username says so, with the browser as the other way (CLI-10)", async () => {
    const ran = await nobody.nextstrain("login", "--username", "bob", site.origin);
    expect(ran.code).toBe(1);
    expect(ran.text).toContain("does not support logging in with a username and password.");
    expect(ran.text).toContain(
      "Omit specifying any username or password to login via a web browser instead.",
    );
  });
});

describe("who is logged in", () => {
  test("whoami names the user and the role groups, and asks for login otherwise (CLI-21)", async () => {
    const [known, unknown] = await Promise.all([
      alice.nextstrain("whoami", site.origin),
      nobody.nextstrain("whoami", site.origin),
    ]);
    expect(known).toMatchObject({
      code: 0,
      output: `# Logged into ${site.origin} as…\nusername: alice\ngroups: \n  - demo-private/owners\n  - demo/owners\n`,
      errors: "",
    });
    expect(unknown).toMatchObject({
      code: 1,
      output: "",
      errors: `Error: Not logged in to ${site.origin}.\n`,
    });
  });

  test("is nobody with an id token that somebody has changed (CLI-17, CLI-19)", async () => {
    const before = await readFile(alice.secrets, "utf8");
    const [header, , signature] = (await kept(alice, "id_token")).split(".");
    const claims = { ...decodeJwt(await kept(alice, "id_token")), preferred_username: "bob" };
    const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
    await replaceKept(alice, "id_token", [header, payload, signature].join("."));
    const ran = await alice.nextstrain("whoami", site.origin);
    expect([ran.code, ran.errors]).toEqual([1, `Error: Not logged in to ${site.origin}.\n`]);
    await writeFile(alice.secrets, before);
  });

  test("is known under the very address of the login only (CLI-2)", async () => {
    const other = site.origin.replace("localhost", "127.0.0.1");
    expect((await alice.nextstrain("whoami", other)).errors).toBe(`Error: Not logged in to ${other}.\n`);
  });

  test("authorization prints a header that is good for other programs (CLI-21, CLI-22)", async () => {
    const ran = await alice.nextstrain("authorization", site.origin);
    expect([ran.code, ran.errors]).toEqual([0, ""]);
    const [, value = ""] = /^Authorization: (Bearer \S+)\n$/.exec(ran.output) ?? [];
    const answer = await ask(site.server.http, {
      path: "/whoami",
      headers: { Accept: "application/json", Authorization: value },
    });
    expect(answer.json()).toMatchObject({ user: { username: "alice" } });
    expect((await nobody.nextstrain("authorization", site.origin)).code).toBe(1);
  });
});

describe("renewal", () => {
  test("is made when asked for, with other tokens than before (CLI-20, CLI-21)", async () => {
    const before = await kept(alice, "refresh_token");
    const ran = await alice.nextstrain("login", "--renew", site.origin);
    const errors = `Renewed login credentials for ${site.origin} in ${alice.secrets}.\n`;
    expect(ran).toMatchObject({ code: 0, output: "", errors });
    expect(await kept(alice, "refresh_token")).not.toBe(before);
  });

  test("is made by any command whose id token has expired (CLI-19)", async () => {
    const expired = await aged(await kept(alice, "id_token"));
    const answer = await ask(site.server.http, {
      path: "/whoami",
      headers: { Authorization: `Bearer ${expired}` },
    });
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
      401,
      expect.stringMatching(/^Bearer .*error="invalid_token"/),
    ]);
    await replaceKept(alice, "id_token", expired);
    const ran = await alice.nextstrain("remote", "ls", `${site.origin}/groups/demo-private`);
    expect([ran.code, ran.errors]).toEqual([
      0,
      `Renewed login credentials for ${site.origin} in ${alice.secrets}.\n`,
    ]);
    expect(ran.output).toContain(`${site.origin}/groups/demo-private/lakeside/2024\n`);
  });

  test("says to log in when it is not possible, and one is nobody until then (CLI-19, CLI-20)", async () => {
    await replaceKept(alice, "id_token", await aged(await kept(alice, "id_token")));
    await replaceKept(alice, "refresh_token", "used-up");
    const ran = await alice.nextstrain("login", "--renew", site.origin);
    expect([ran.code, ran.errors]).toEqual([
      1,
      "Error: Renewal failed or not possible.  Please login again.\n",
    ]);
    const refused = await alice.nextstrain("remote", "ls", `${site.origin}/groups/demo-private`);
    expect(refused.code).toBe(1);
    expect(refused.text).toContain(
      `Permission denied. Logging in with nextstrain login ${site.origin} might help?`,
    );
    expect((await nobody.nextstrain("login", "--renew", site.origin)).code).toBe(1);
  });
});

test("logout forgets the tokens, and says so when there are none (CLI-21)", async () => {
  const [first, second] = [
    await alice.nextstrain("logout", site.origin),
    await alice.nextstrain("logout", site.origin),
  ];
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(first.errors).toContain(`Logged out of ${site.origin}.\n`);
  expect(second.errors).toBe(`Not logged in to ${site.origin}.\n`);
  expect(await kept(alice, "refresh_token")).toBe("");
});
