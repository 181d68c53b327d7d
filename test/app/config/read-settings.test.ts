import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { production, provider, surroundings } from "../surroundings.ts";

let s: Awaited<ReturnType<typeof surroundings>>;
beforeAll(async () => {
  s = await surroundings();
});
afterAll(() => s.remove());

describe("where a setting comes from", () => {
  it("is the environment, then the file, then the default", async () => {
    const name = "SESSION_MAX_AGE";
    expect((await s.read({})).settings[name]).toBe(2_592_000);
    expect((await s.readFile({ [name]: 60 }))[name]).toBe(60);
    expect((await s.readFile({ [name]: 60 }, { [name]: "30" }))[name]).toBe(30);
  });

  it.each(["", "null"])("is the file when the environment says %j", async (missing) => {
    expect((await s.readFile({ GROUPS_BUCKET: "mine" }, { GROUPS_BUCKET: missing })).GROUPS_BUCKET).toBe(
      "mine",
    );
  });

  it.each(["", null])("is the default when the file says %j", async (missing) => {
    expect((await s.readFile({ GROUPS_BUCKET: missing })).GROUPS_BUCKET).toBe("nextstrain-groups");
  });

  it("is the file when it says the text null, which is missing only in the environment", async () => {
    expect((await s.readFile({ GROUPS_BUCKET: "null" })).GROUPS_BUCKET).toBe("null");
  });

  it("is the file when it says false, 0 or an empty list", async () => {
    const file = { REDIS_REQUIRED: false, OIDC_IAT_BACKDATED_BY: 0, TRUSTED_PROXIES: [] };
    expect(await s.readFile(file, { ...production, REDIS_REQUIRED: "" })).toMatchObject(file);
  });

  it("differs with the mode where the default does, and only production is production", async () => {
    const { mode, settings } = await s.read(production);
    expect([mode, settings.HTTPS_PORT, settings.REDIS_REQUIRED]).toEqual(["production", false, true]);
    for (const name of ["", "staging", "test", "development"]) {
      expect((await s.read({ NODE_ENV: name })).mode).toBe("development");
    }
  });

  it.each(["prod", "Production", "PRODUCTION", "production ", "prodution"])(
    "is refused for a mode that was probably meant as production: %j",
    async (name) => {
      expect((await s.problemsOf({ NODE_ENV: name })).join()).toContain(`has to be "production", exactly`);
    },
  );

  it("cannot be the file for what is read from the environment only", async () => {
    const CONFIG_FILE = await s.write("only.json", {
      PORT: 1,
      SESSION_ENCRYPTION_KEYS: "a=b",
      REDIS_URL: "x",
    });
    const problems = await s.problemsOf({ CONFIG_FILE });
    expect(problems).toHaveLength(3);
    for (const problem of problems) expect(problem).toMatch(/from the environment only/);
  });
});

describe("a value in the environment", () => {
  it.each([
    ["OAUTH2_CLIENT_ID", "12345", "12345"],
    ["OAUTH2_CLIENT_ID", "true", "true"],
    ["OAUTH2_CLIENT_ID", '{"a":1}', '{"a":1}'],
    ["SESSION_SECRET", "12345", ["12345"]],
    ["SESSION_SECRET", '["new","old"]', ["new", "old"]],
    ["SESSION_MAX_AGE", "3600", 3600],
    ["OIDC_IAT_BACKDATED_BY", "0.5", 0.5],
    ["REDIS_REQUIRED", "false", false],
    ["HTTPS_PORT", "false", false],
    ["HTTPS_PORT", "0", 0],
    ["OIDC_CONFIGURATION", '{"issuer":"x"}', { issuer: "x" }],
    ["OAUTH2_SCOPES_SUPPORTED", '["openid","profile"]', ["openid", "profile"]],
    ["OAUTH2_SCOPES", '["openid","groups"]', ["openid", "groups"]],
    ["OAUTH2_AUTHORIZATION_PARAMS", '{"prompt":"consent"}', { prompt: "consent" }],
    ["OAUTH2_AUTHORIZATION_PARAMS", '{"max_age":60,"x":false}', { max_age: "60", x: "false" }],
    ["OAUTH2_CLIENT_AUTH_METHOD", "client_secret_basic", "client_secret_basic"],
    ["OAUTH2_CLI_CLIENT_REDIRECT_URIS", "[]", []],
    ["PUBLIC_ORIGIN", "https://a.example", ["https://a.example"]],
    ["GROUPS_STORAGE", "s3", "s3"],
  ])("%s=%s is %j, by the setting's kind", async (name, text, value) => {
    const { settings } = await s.read({ ...provider, [name]: text });
    expect(settings[name as keyof typeof settings]).toEqual(value);
  });

  it.each([
    ["REDIS_REQUIRED", "no"],
    ["REDIS_REQUIRED", "0"],
    ["SESSION_MAX_AGE", "30d"],
    ["SESSION_MAX_AGE", "0"],
    ["SESSION_MAX_AGE", "1.5"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["HTTPS_PORT", "true"],
    ["MAX_UPLOAD_BYTES", "1e400"],
    ["OIDC_IAT_BACKDATED_BY", "a minute"],
    ["OAUTH2_SCOPES_SUPPORTED", "openid profile"],
    ["OAUTH2_SCOPES", "openid profile"],
    ["OAUTH2_AUTHORIZATION_PARAMS", "prompt=consent"],
    ["OAUTH2_AUTHORIZATION_PARAMS", '{"claims":{"id_token":{}}}'],
    ["OAUTH2_CLIENT_AUTH_METHOD", "basic"],
    ["OAUTH2_CLI_CLIENT_REDIRECT_URIS", "http://127.0.0.1/"],
    ["OAUTH2_CLI_CLIENT_REDIRECT_URIS", "[1]"],
    ["OIDC_CONFIGURATION", "[]"],
    ["OIDC_IDP_URL", "idp.example.org"],
    ["OAUTH2_TOKEN_URL", "javascript:alert(1)"],
    ["SESSION_SECRET", "[]"],
    ["SESSION_SECRET", '["new",""]'],
    ["SESSION_SECRET", '["new",1]'],
    ["GROUPS_STORAGE", "S3"],
    ["TRUSTED_PROXIES", "10.0.0.1"],
    ["TRUSTED_PROXIES", '["10.0.0.0/33"]'],
    ["PUBLIC_ORIGIN", "https://a.example/"],
    ["REDIS_URL", "http://127.0.0.1"],
  ])("%s=%s is one fault, told with its name", async (name, text) => {
    expect(await s.problemsOf({ ...production, [name]: text })).toEqual([expect.stringContaining(name)]);
  });
});

describe("a value in the file", () => {
  it("keeps its type, and a client's id of digits becomes text", async () => {
    const file = { OAUTH2_CLIENT_ID: 12345, SESSION_MAX_AGE: 60, OAUTH2_CLI_CLIENT_REDIRECT_URIS: ["x:/"] };
    expect(
      await s.readFile(file, { ...provider, OAUTH2_CLIENT_ID: "", OAUTH2_CLI_CLIENT_REDIRECT_URIS: "" }),
    ).toMatchObject({ ...file, OAUTH2_CLIENT_ID: "12345" });
  });

  it("of another type is a fault that names the file", async () => {
    const CONFIG_FILE = await s.write("typed.json", { SESSION_MAX_AGE: "30d", GROUPS_DATA_FILE: ["x"] });
    const problems = await s.problemsOf({ CONFIG_FILE });
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem).toContain(CONFIG_FILE);
  });

  it("under an unknown name is a fault, unless the original server reads it", async () => {
    const known = { PLAUSIBLE_ANALYTICS_DOMAIN: "x", RESOURCE_INDEX: "y" };
    const CONFIG_FILE = await s.write("unknown.json", { SESION_SECRET: "x", ...known });
    expect(await s.problemsOf({ CONFIG_FILE })).toEqual([
      expect.stringMatching(/^SESION_SECRET .* is no setting/),
    ]);
    await s.readFile(known);
  });
});

describe("a relative path", () => {
  it("counts from the file when it stands in the file, and else from the working folder", async () => {
    const groups = [{ name: "mine" }];
    await s.write("elsewhere/mine.json", groups);
    await s.write("working/mine.json", groups);
    const inFile = await s.readFile({ GROUPS_DATA_FILE: "mine.json", DATA_DIR: "../data" });
    expect(inFile.GROUPS_DATA_FILE).toBe(join(s.path, "elsewhere/mine.json"));
    expect(inFile.DATA_DIR).toBe(join(s.path, "data"));
    const { settings } = await s.read({ GROUPS_DATA_FILE: "mine.json", DATA_DIR: "data" });
    expect(settings.GROUPS_DATA_FILE).toBe(join(s.workingFolder, "mine.json"));
    expect(settings.DATA_DIR).toBe(join(s.workingFolder, "data"));
  });

  it("counts from the codebase when it is a default", async () => {
    const { settings } = await s.read({ CONFIG_FILE: "" });
    expect(settings.DATA_DIR).toBe(join(s.codebase, "data"));
    expect(settings.GROUPS_DATA_FILE).toBe(join(s.codebase, "env/testing/groups.json"));
  });

  it("is left alone when it is none", async () => {
    expect((await s.read({ DATA_DIR: "/srv/groups" })).settings.DATA_DIR).toBe("/srv/groups");
  });
});

describe("the configuration file", () => {
  it("is the mode's own, unless another is named", async () => {
    await s.write("codebase/env/testing/config.json", { GROUPS_BUCKET: "testing" });
    await s.write("codebase/env/production/config.json", { GROUPS_BUCKET: "production" });
    expect((await s.read({})).settings.GROUPS_BUCKET).toBe("testing");
    expect((await s.read(production)).settings.GROUPS_BUCKET).toBe("production");
    await s.write("working/named.json", { GROUPS_BUCKET: "named" });
    expect((await s.read({ CONFIG_FILE: "named.json" })).settings.GROUPS_BUCKET).toBe("named");
  });

  it.each(["", "null"])("is none when it is named %j", async (CONFIG_FILE) => {
    await s.write("codebase/env/testing/config.json", { GROUPS_BUCKET: "testing" });
    expect((await s.read({ CONFIG_FILE })).settings.GROUPS_BUCKET).toBe("nextstrain-groups");
  });

  it.each([
    ["is absent", undefined],
    ["is no JSON", "{"],
    ["is empty", ""],
    ["holds a list", "[]"],
    ["holds null", "null"],
    ["holds a text", '"x"'],
  ])("is a fault when it %s", async (_, content) => {
    const CONFIG_FILE = join(s.path, "faulty.json");
    if (content !== undefined) await s.write("faulty.json", content);
    expect(await s.problemsOf({ CONFIG_FILE })).toEqual([
      expect.stringMatching(/^CONFIG_FILE: .*faulty\.json/),
    ]);
  });
});

describe("a secret", () => {
  it("may lie in a file, which ends in a line feed as files do", async () => {
    const SESSION_SECRET_FILE = await s.write("secret", '["new","old"]\n');
    const OAUTH2_CLIENT_SECRET_FILE = await s.write("client-secret", "null");
    const { settings } = await s.read({ ...provider, SESSION_SECRET_FILE, OAUTH2_CLIENT_SECRET_FILE });
    expect(settings.SESSION_SECRET).toEqual(["new", "old"]);
    expect(settings.OAUTH2_CLIENT_SECRET).toBe("null");
  });

  it("in the environment goes before one in a file, and that before the configuration file", async () => {
    await s.write("working/secret", "from-file");
    const config = { SESSION_SECRET: "from-config" };
    const SESSION_SECRET_FILE = "secret";
    expect((await s.readFile(config, { SESSION_SECRET_FILE })).SESSION_SECRET).toEqual(["from-file"]);
    expect((await s.readFile(config, { SESSION_SECRET_FILE, SESSION_SECRET: "x" })).SESSION_SECRET).toEqual([
      "x",
    ]);
    expect((await s.readFile(config, { SESSION_SECRET_FILE: "" })).SESSION_SECRET).toEqual(["from-config"]);
  });

  it.each([
    ["cannot be read", undefined],
    ["is empty", "\n"],
  ])("whose file %s is a fault", async (_, content) => {
    const SESSION_SECRET_FILE = content === undefined ? "nowhere" : await s.write("empty", content);
    expect(await s.problemsOf({ SESSION_SECRET_FILE })).toEqual([
      expect.stringMatching(/^SESSION_SECRET_FILE: /),
    ]);
  });

  it("is never repeated in a fault", async () => {
    const environment = {
      ...production,
      SESSION_SECRET: '["hidden-1",7]',
      SESSION_ENCRYPTION_KEYS: "hidden-2",
      REDIS_URL: "http://u:hidden-3@h",
    };
    const problems = await s.problemsOf(environment);
    expect(problems).toHaveLength(3);
    expect(problems.join("\n")).not.toContain("hidden");
  });

  it("is all that may lie in a file of its own", async () => {
    await s.write("working/port", "1");
    expect((await s.read({ PORT_FILE: "port" })).settings.PORT).toBe(5000);
  });
});
