import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { production, surroundings } from "../surroundings.ts";

let s: Awaited<ReturnType<typeof surroundings>>;
beforeAll(async () => {
  s = await surroundings();
});
afterAll(() => s.remove());

const problemsOf = (environment: Record<string, string>) => s.problemsOf({ ...production, ...environment });

describe("SESSION_SECRET in production", () => {
  it.each([
    ["short", "short"],
    ["of blanks", " ".repeat(40)],
    ["of one letter", "a".repeat(64)],
    ["of 31 characters", "0123456789abcdefghijklmnopqrstu"],
    ["a list with a short one", JSON.stringify(["0123456789abcdefghijklmnopqrstuv", "short"])],
    ["a list that somebody did not close", '["0123456789abcdefghijklmnopqrstuv"'],
    ["a list with a comma too many", '["0123456789abcdefghijklmnopqrstuv",]'],
  ])("is refused when it is %s", async (_, secret) => {
    const problems = await problemsOf({ SESSION_SECRET: secret });
    expect(problems).toEqual([expect.stringContaining("SESSION_SECRET")]);
    expect(problems.join()).not.toContain("0123456789");
  });

  it("is refused when its file holds nothing but blanks", async () => {
    const { SESSION_SECRET: _, ...others } = production;
    const SESSION_SECRET_FILE = await s.write("blanks", `${" ".repeat(40)}\n`);
    expect((await s.problemsOf({ ...others, SESSION_SECRET_FILE })).join()).toContain("SESSION_SECRET");
  });

  it.each([["0123456789abcdefghijklmnopqrstuv"], ['["0123456789abcdefghijklmnopqrstuv"]']])(
    "is taken when it is %s",
    async (secret) => {
      const { settings } = await s.read({ ...production, SESSION_SECRET: secret });
      expect(settings.SESSION_SECRET).toEqual(["0123456789abcdefghijklmnopqrstuv"]);
    },
  );
});

describe("GROUPS_BUCKET", () => {
  const elsewhere = {
    AWS_ENDPOINT_URL_S3: "https://s3.example.org",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
  };

  it.each([
    "s3://our-lab",
    "our lab",
    "our-lab/groups",
    "ab",
    "Our-Lab",
    "our_lab",
    "-lab",
    "a..b",
    "10.0.0.1",
  ])("is refused at AWS when it is %j", async (name) => {
    expect(await problemsOf({ GROUPS_BUCKET: name })).toEqual([expect.stringContaining("GROUPS_BUCKET")]);
  });

  it.each(["s3://our-lab", "our lab", "our-lab/groups", "10.0.0.1"])(
    "is refused at any store when it is %j",
    async (name) => {
      expect(await problemsOf({ ...elsewhere, GROUPS_BUCKET: name })).toEqual([
        expect.stringContaining("GROUPS_BUCKET"),
      ]);
    },
  );

  it("may have capitals and underscores in a store that is not AWS", async () => {
    expect(
      (await s.read({ ...production, ...elsewhere, GROUPS_BUCKET: "Our_Lab" })).settings.GROUPS_BUCKET,
    ).toBe("Our_Lab");
  });

  it("does not matter when data lie on the filesystem", async () => {
    const environment = { ...production, GROUPS_STORAGE: "filesystem", GROUPS_BUCKET: "our lab" };
    expect((await s.read(environment)).settings.GROUPS_STORAGE).toBe("filesystem");
  });
});

describe("SESSION_COOKIE_NAME", () => {
  it.each([
    [{ SESSION_COOKIE_NAME: "a b" }],
    [{ SESSION_COOKIE_NAME: "a;b" }],
    [{ SESSION_COOKIE_NAME: "__Host-nextstrain.org-login-a" }],
    [{ SESSION_COOKIE_NAME: "nextstrain.org-login-end" }],
    [{ SESSION_COOKIE_NAME: "idp_session" }],
    [{ SESSION_COOKIE_NAME: "__Host-lab", SESSION_COOKIE_DOMAIN: "example.org" }],
  ])("is refused in %j", async (environment) => {
    expect(await problemsOf(environment)).toEqual([expect.stringContaining("SESSION_COOKIE_NAME")]);
  });

  it.each(["__Host-lab", "__Secure-lab"])("cannot be %s where there is no https", async (name) => {
    expect(await s.problemsOf({ SESSION_COOKIE_NAME: name })).toEqual([
      expect.stringContaining("SESSION_COOKIE_NAME"),
    ]);
  });

  it.each(["__Host-lab.session", "lab", undefined])("may be %s in production", async (name) => {
    const { settings } = await s.read({ ...production, ...(name && { SESSION_COOKIE_NAME: name }) });
    expect(settings.SESSION_COOKIE_NAME).toBe(name ?? "nextstrain.org-session");
  });
});

describe("SESSION_COOKIE_DOMAIN", () => {
  it.each([
    "https://example.org",
    "example.org:443",
    "org",
    "192.0.2.1",
    "exa mple.org",
    "-a.example.org",
    "a..org",
  ])("is refused when it is %j", async (domain) => {
    expect(await problemsOf({ SESSION_COOKIE_DOMAIN: domain })).toEqual([
      expect.stringContaining("SESSION_COOKIE_DOMAIN"),
    ]);
  });

  it.each([
    ["example.com", "https://groups.example.org"],
    ["ample.org", "https://groups.example.org"],
    ["example.org", '["https://groups.example.org","https://groups.example.com"]'],
  ])("is refused when it is %s for the origin %s", async (domain, origin) => {
    expect(await problemsOf({ SESSION_COOKIE_DOMAIN: domain, PUBLIC_ORIGIN: origin })).toEqual([
      expect.stringContaining("SESSION_COOKIE_DOMAIN"),
    ]);
  });

  it.each(["example.org", ".example.org", "groups.example.org", "Example.org"])(
    "may be %s",
    async (domain) => {
      const environment = { SESSION_COOKIE_DOMAIN: domain, PUBLIC_ORIGIN: "https://groups.example.org" };
      expect((await s.read({ ...production, ...environment })).settings.SESSION_COOKIE_DOMAIN).toBe(domain);
    },
  );
});

describe("ROLE_GROUPS", () => {
  it.each([
    ["no object", '["blab/editors"]', "a JSON object of lists of texts"],
    ["a text for a list", '{"Staff":"blab/editors"}', "a JSON object of lists of texts"],
    ["an empty name", '{"Staff":[""]}', "a JSON object of lists of texts"],
    ["a role that does not exist", '{"Staff":["blab/editor"]}', '"Staff" gives "blab/editor"'],
    ["an internal entry", '{"!flags/x":["blab/editors"]}', '"!flags/x" is no group'],
  ])("with %s stops the start", async (_, ROLE_GROUPS, told) => {
    expect(await problemsOf({ ROLE_GROUPS })).toEqual([expect.stringContaining(told)]);
    expect((await problemsOf({ ROLE_GROUPS })).join()).toContain("ROLE_GROUPS");
  });

  it("names every fault at once", async () => {
    const ROLE_GROUPS = '{"Staff":["blab","blab/kings","blab/owners"],"":["blab/owners"]}';
    expect(await problemsOf({ ROLE_GROUPS })).toHaveLength(3);
  });

  it("is an object in the file, or its text in the environment; and none by default", async () => {
    const mapping = { Staff: ["blab/editors"], __proto__: ["blab/owners"] };
    expect(
      (await s.read({ ...production, ROLE_GROUPS: JSON.stringify(mapping) })).settings.ROLE_GROUPS,
    ).toEqual({
      Staff: ["blab/editors"],
    });
    const CONFIG_FILE = await s.write("mapping.json", { ROLE_GROUPS: { Staff: [] } });
    expect((await s.read({ ...production, CONFIG_FILE })).settings.ROLE_GROUPS).toEqual({ Staff: [] });
    expect((await s.read(production)).settings.ROLE_GROUPS).toEqual({});
  });
});

describe("what is said of the site", () => {
  it.each([
    ["SITE_TITLE", "x".repeat(61)],
    ["SITE_TITLE", " "],
    ["ACCENT_COLOR", "teal"],
    ["ACCENT_COLOR", "#abc"],
    ["SITE_LOGO", "/no/such/file.png"],
    ["CONTACT", "the front desk"],
    ["CONTACT", "javascript:alert(1)"],
    ["IMPRINT_URL", "lab.example/imprint"],
    ["PRIVACY_URL", "mailto:privacy@lab.example"],
  ])("cannot have %s=%j", async (name, value) => {
    expect(await problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it("has a logo that is a PNG or SVG file of at most 100 kB", async () => {
    const SITE_LOGO = await s.write("logo.svg", "<svg/>");
    expect((await s.read({ ...production, SITE_LOGO })).siteLogo?.type).toBe("image/svg+xml");
    const page = await s.write("logo.html", "<html></html>");
    expect(await problemsOf({ SITE_LOGO: page })).toEqual([
      expect.stringContaining("neither a PNG nor an SVG"),
    ]);
    const large = await s.write("large.svg", `<svg>${" ".repeat(100_000)}</svg>`);
    expect(await problemsOf({ SITE_LOGO: large })).toEqual([expect.stringContaining("more than 100 kB")]);
  });

  it("is the default title alone, unless it is set", async () => {
    const { settings } = await s.read(production);
    expect(settings.SITE_TITLE).toBe("Nextstrain Groups");
    expect([settings.CONTACT, settings.IMPRINT_URL, settings.PRIVACY_URL]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const read = await s.read({ ...production, CONTACT: "help@lab.example" });
    expect(read.settings.CONTACT).toEqual({ label: "help@lab.example", href: "mailto:help@lab.example" });
  });
});

describe("ADMINISTRATORS", () => {
  it("may be the usernames of people, and of nobody else", async () => {
    const { settings } = await s.read({ ...production, ADMINISTRATORS: '["ada@lab.example", "bea"]' });
    expect(settings.ADMINISTRATORS).toEqual(["ada@lab.example", "bea"]);
    expect(await problemsOf({ ADMINISTRATORS: '[" ada"]' })).toEqual([
      'ADMINISTRATORS: " ada" can be nobody\'s username: it has 1 to 200 bytes, no control characters, and no blanks around it.',
    ]);
  });
});

describe("SMTP_URL", () => {
  const SMTP_URL = "smtps://groups:s3cret@mail.lab.example";
  const others = { MAIL_FROM: "Groups <groups@lab.example>", PUBLIC_ORIGIN: "https://groups.lab.example" };

  it("needs a sender, and an origin for links, both told at once", async () => {
    const { PUBLIC_ORIGIN: _, ...rest } = production;
    expect(await s.problemsOf({ ...rest, SMTP_URL })).toEqual([
      expect.stringMatching(/^MAIL_FROM is not set/),
      expect.stringMatching(/^PUBLIC_ORIGIN is not set/),
    ]);
  });

  it.each(["https://groups:s3cret@mail.lab.example", "smtps://groups:s3cret@mail.lab.example/x", "s3cret"])(
    "is refused without being repeated: %s",
    async (url) => {
      const problems = await problemsOf({ ...others, SMTP_URL: url });
      expect(problems).toEqual([expect.stringContaining("SMTP_URL")]);
      expect(problems.join()).not.toContain("s3cret");
    },
  );

  it("may come from a file, and is taken with a sender and an origin", async () => {
    const SMTP_URL_FILE = await s.write("smtp-url", `${SMTP_URL}\n`);
    const { settings } = await s.read({ ...production, ...others, SMTP_URL_FILE });
    expect(settings.SMTP_URL).toBe(SMTP_URL);
    expect(settings.MAIL_FROM).toEqual({ name: "Groups", address: "groups@lab.example" });
  });

  it("with a sender that is none is refused", async () => {
    expect(await problemsOf({ ...others, SMTP_URL, MAIL_FROM: "groups" })).toContainEqual(
      expect.stringMatching(/^MAIL_FROM .* has to be an e-mail address/),
    );
  });
});
