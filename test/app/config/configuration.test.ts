import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { key, production, provider, surroundings } from "../surroundings.ts";

let s: Awaited<ReturnType<typeof surroundings>>;
beforeAll(async () => {
  s = await surroundings();
});
afterAll(() => s.remove());

const without = (environment: Record<string, string>, name: string) => ({ ...environment, [name]: "" });

describe("the embedded provider", () => {
  it("is there with no configuration at all", async () => {
    const { provider: kind, catalogue, settings } = await s.read({});
    expect(kind).toEqual({ kind: "embedded" });
    expect(catalogue.all()).toEqual([{ name: "demo", isPublic: true }]);
    expect([settings.HOST, settings.PORT, settings.HTTPS_PORT]).toEqual(["127.0.0.1", 5000, 5443]);
  });

  it.each([
    "OIDC_IDP_URL",
    "OIDC_IAT_BACKDATED_BY",
    "OAUTH2_CLIENT_ID",
    "OAUTH2_CLIENT_SECRET_FILE",
    "OIDC_IPD_URL",
    "OAUTH2_",
  ])("is never there beside %s, and what is missing is a fault", async (name) => {
    const problems = await s.problemsOf({ [name]: "1" });
    expect(problems.join("\n")).toContain("OIDC_USERNAME_CLAIM is not set");
  });

  it("is never there beside a provider's setting in the file", async () => {
    const CONFIG_FILE = await s.write("provider.json", { OAUTH2_CLI_CLIENT_REDIRECT_URIS: [] });
    expect((await s.problemsOf({ CONFIG_FILE })).join("\n")).toContain("OIDC_IDP_URL is not set");
  });

  it("is there when a provider's setting is empty", async () => {
    expect((await s.read({ OIDC_IDP_URL: "", OAUTH2_CLIENT_ID: "null" })).provider.kind).toBe("embedded");
  });

  it("is never there in production", async () => {
    const problems = await s.problemsOf({ NODE_ENV: "production" });
    expect(problems.join("\n")).toContain("OIDC_IDP_URL is not set");
  });

  it.each(["0.0.0.0", "::", "192.168.1.7", "example.org", "127.0.0.1.example.org"])(
    "does not listen on %s",
    async (HOST) => {
      expect(await s.problemsOf({ HOST })).toEqual([expect.stringContaining("HOST")]);
      expect((await s.read({ ...provider, HOST })).settings.HOST).toBe(HOST);
    },
  );

  it.each(["127.0.0.1", "localhost", "::1"])("listens on %s", async (HOST) => {
    expect((await s.read({ HOST })).settings.HOST).toBe(HOST);
  });
});

describe("a provider that names no groups", () => {
  const noClaim = without(provider, "OIDC_GROUPS_CLAIM");

  it("is enough where owners give all roles here, and is not where it gives them", async () => {
    const { provider: read } = await s.read(noClaim);
    expect(read).toMatchObject({ claimNames: { username: "sub", groups: undefined } });
    const told = await s.problemsOf({ ...noClaim, MEMBERSHIPS: "provider" });
    expect(told).toEqual([expect.stringContaining("OIDC_GROUPS_CLAIM is not set")]);
  });

  it.each([
    ["ROLE_GROUPS", '{"staff":["blab/viewers"]}'],
    ["ADMINISTRATOR_GROUPS", '["staff"]'],
  ])("cannot have %s", async (name, value) => {
    const told = await s.problemsOf({ ...noClaim, [name]: value });
    expect(told).toEqual([
      `${name} is about groups of the provider: set OIDC_GROUPS_CLAIM, which names their claim.`,
    ]);
  });
});

describe("a provider of one's own", () => {
  it("may take ten seconds, and so may a request that waits for a renewal, unless that is set", async () => {
    const byDefault = (await s.read(provider)).settings;
    expect([byDefault.OIDC_TIMEOUT, byDefault.RENEWAL_TIMEOUT]).toEqual([10, 10]);
    const { settings } = await s.read({ ...provider, OIDC_TIMEOUT: "30", RENEWAL_TIMEOUT: "2.5" });
    expect([settings.OIDC_TIMEOUT, settings.RENEWAL_TIMEOUT]).toEqual([30, 2.5]);
  });

  it("ends no login by its age, unless that is set", async () => {
    expect((await s.read(provider)).settings.SESSION_MAX_LIFETIME).toBeUndefined();
  });

  it("is described by what was given", async () => {
    expect(
      (await s.read({ ...provider, OAUTH2_CLI_CLIENT_REDIRECT_URIS: '["http://127.0.0.1/"]' })).provider,
    ).toEqual({
      kind: "external",
      clientId: "app",
      cliClientId: "cli",
      cliRedirectUris: ["http://127.0.0.1/"],
      claimNames: { username: "sub", groups: "groups", subject: "sub" },
    });
  });

  it("says who somebody is by the claim that is named", async () => {
    const read = await s.read({ ...provider, OIDC_SUBJECT_CLAIM: "oid" });
    expect(read.provider).toMatchObject({ claimNames: { subject: "oid" } });
  });

  it.each(Object.keys(provider).filter((name) => name !== "OIDC_GROUPS_CLAIM"))("needs %s", async (name) => {
    expect(await s.problemsOf(without(provider, name))).toEqual([
      expect.stringContaining(`${name} is not set`),
    ]);
  });

  it("needs no address when its metadata are given whole, or piece by piece", async () => {
    const piecemeal = {
      OIDC_ISSUER_URL: "https://idp.example.org",
      OIDC_JWKS_URL: "https://idp.example.org/jwks",
      OAUTH2_AUTHORIZATION_URL: "https://idp.example.org/auth",
      OAUTH2_TOKEN_URL: "https://idp.example.org/token",
    };
    const nameless = without(provider, "OIDC_IDP_URL");
    expect((await s.read({ ...nameless, OIDC_CONFIGURATION: "{}" })).provider.kind).toBe("external");
    expect((await s.read({ ...nameless, ...piecemeal })).provider.kind).toBe("external");
    expect(await s.problemsOf({ ...nameless, ...without(piecemeal, "OIDC_JWKS_URL") })).toHaveLength(1);
  });

  it.each(['["openid"]', '["profile"]', "[]"])(
    "is refused when it knows the scopes %s only",
    async (scopes) => {
      expect(await s.problemsOf({ ...provider, OAUTH2_SCOPES_SUPPORTED: scopes })).toEqual([
        expect.stringContaining("OAUTH2_SCOPES_SUPPORTED"),
      ]);
    },
  );
});

describe("what a login asks the provider for", () => {
  it.each([
    ['["profile","groups"]', "OAUTH2_SCOPES has to hold openid"],
    ["[]", "OAUTH2_SCOPES has to hold openid"],
    ['["openid","profile groups"]', 'OAUTH2_SCOPES: "profile groups" is no scope'],
  ])("cannot be the scopes %s", async (scopes, problem) => {
    expect(await s.problemsOf({ ...provider, OAUTH2_SCOPES: scopes })).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it.each([
    ["scope", "OAUTH2_SCOPES"],
    ["redirect_uri", "Remove it"],
    ["response_mode", "Remove it"],
    ["code_challenge", "Remove it"],
  ])("leaves the parameter %s to the server", async (name, advice) => {
    const parameters = JSON.stringify({ prompt: "login", [name]: "x" });
    const [problem, ...others] = await s.problemsOf({ ...provider, OAUTH2_AUTHORIZATION_PARAMS: parameters });
    expect(problem).toContain(`OAUTH2_AUTHORIZATION_PARAMS: the server sets ${name} itself`);
    expect(problem).toContain(advice);
    expect(others).toEqual([]);
  });
});

describe("production", () => {
  it("starts with the least that it needs", async () => {
    const { settings, catalogue } = await s.read(production);
    expect([settings.HOST, settings.GROUPS_STORAGE, catalogue.all()]).toEqual(["127.0.0.1", "s3", []]);
  });

  it.each(["SESSION_SECRET", "SESSION_ENCRYPTION_KEYS", "REDIS_URL"])("needs %s", async (name) => {
    expect(await s.problemsOf(without(production, name))).toEqual([
      expect.stringContaining(`${name} is not set`),
    ]);
  });

  it("does without Redis when told so", async () => {
    const { settings } = await s.read({ ...without(production, "REDIS_URL"), REDIS_REQUIRED: "false" });
    expect(settings.REDIS_URL).toBeUndefined();
    expect((await s.problemsOf(without(production, "REDIS_URL"))).join()).toContain("REDIS_REQUIRED=false");
    const review = { ...without(production, "REDIS_URL"), HEROKU_PR_NUMBER: "7" };
    expect((await s.read(review)).settings.REDIS_URL).toBeUndefined();
    expect((await s.problemsOf({ ...review, REDIS_REQUIRED: "true" })).join()).toContain(
      "REDIS_URL is not set",
    );
  });
});

describe("encryption keys", () => {
  it.each([
    ["is no list of names and keys", key],
    ["is too short", "a=AAAA"],
    ["comes under a name that is taken", `a=${key}&a=${key}`],
    ["comes without a name", `=${key}`],
  ])("are refused when one %s", async (_, keys) => {
    const problems = await s.problemsOf({ SESSION_ENCRYPTION_KEYS: keys });
    expect(problems).toEqual([expect.stringMatching(/^SESSION_ENCRYPTION_KEYS: /)]);
    expect(problems.join()).not.toContain(key);
  });

  it("may be several", async () => {
    const SESSION_ENCRYPTION_KEYS = `2025=${key}&2024=${key}`;
    expect((await s.read({ SESSION_ENCRYPTION_KEYS })).settings.SESSION_ENCRYPTION_KEYS).toBeDefined();
  });
});

describe("the groups file", () => {
  it.each<[string, unknown]>([
    ["is absent", undefined],
    ["is no JSON", "["],
    ["holds no list", {}],
    ["holds an invalid name", [{ name: "a b" }]],
    ["holds a name twice", [{ name: "blab" }, { name: "BLAB" }]],
  ])("is a fault when it %s", async (_, content) => {
    const GROUPS_DATA_FILE = content === undefined ? "nowhere.json" : await s.write("groups.json", content);
    expect(await s.problemsOf({ GROUPS_DATA_FILE })).toEqual([expect.stringMatching(/^GROUPS_DATA_FILE \(/)]);
  });
});

describe("Redis and proxies", () => {
  it.each([
    [{ REDIS_SENTINELS: '["a:1"]', REDIS_CLUSTER_NODES: '["b:2"]' }, "REDIS_SENTINELS"],
    [{ REDIS_SENTINELS: '["a"]' }, "REDIS_SENTINELS"],
    [{ REDIS_CLUSTER_NODES: '["a:1","b:x"]' }, "b:x"],
    [{ TRUSTED_PROXIES: '["::1","proxy.example"]' }, "proxy.example"],
    [{ PUBLIC_ORIGIN: '["https://a.example","a.example"]' }, "PUBLIC_ORIGIN: a.example"],
    [{ PUBLIC_ORIGIN: "https://A.example" }, "PUBLIC_ORIGIN"],
    [{ PUBLIC_ORIGIN: "http://a.example" }, "PUBLIC_ORIGIN: http://a.example"],
  ])("are refused when they say %j", async (environment, told) => {
    expect(await s.problemsOf({ ...production, ...environment })).toEqual([expect.stringContaining(told)]);
  });
});

describe("faults", () => {
  it("are told all at once", async () => {
    const CONFIG_FILE = await s.write("faults.json", { SESION_SECRET: "x", SESSION_MAX_AGE: "30d", PORT: 1 });
    const environment = {
      NODE_ENV: "production",
      CONFIG_FILE,
      REDIS_REQUIRED: "no",
      OIDC_IDP_URL: "idp",
      SESSION_ENCRYPTION_KEYS: "x",
      TRUSTED_PROXIES: '["x"]',
      GROUPS_DATA_FILE: "nowhere.json",
    };
    const told = (await s.problemsOf(environment)).join("\n");
    const names = [
      "SESION_SECRET",
      "SESSION_MAX_AGE",
      "PORT",
      "REDIS_REQUIRED",
      "OIDC_IDP_URL",
      "TRUSTED_PROXIES",
    ];
    for (const name of [
      ...names,
      "SESSION_ENCRYPTION_KEYS",
      "SESSION_SECRET",
      "GROUPS_DATA_FILE",
      "OAUTH2_CLIENT_ID",
    ]) {
      expect(told).toContain(name);
    }
  });
});
