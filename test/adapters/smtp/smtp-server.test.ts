import { describe, expect, it } from "vitest";
import { parseSmtpUrl } from "../../../src/adapters/smtp/smtp-server.ts";

describe("SMTP_URL", () => {
  it.each([
    ["smtps://groups:p%40ss%25@mail.lab.example", "mail.lab.example", 465, "implicit"],
    ["smtp://groups:p%40ss%25@mail.lab.example", "mail.lab.example", 587, "starttls"],
    ["smtp://groups:p%40ss%25@mail.lab.example:2525/", "mail.lab.example", 2525, "starttls"],
    ["smtps://groups:p%40ss%25@[::1]:1", "::1", 1, "implicit"],
  ])("%s", (url, host, port, tls) => {
    expect(parseSmtpUrl(url)).toEqual({ host, port, tls, credentials: { user: "groups", pass: "p@ss%" } });
  });

  it.each(["smtp://localhost", "smtp://127.0.0.1:25", "smtp://[::1]"])(
    "%s needs neither TLS nor credentials, since it is this machine",
    (url) => {
      expect(parseSmtpUrl(url)).toMatchObject({ tls: "none", credentials: undefined });
    },
  );

  it.each(["smtp://127.example.org", "smtp://localhost.example.org", "smtp://192.0.2.1"])(
    "%s needs TLS",
    (url) => {
      expect(parseSmtpUrl(url).tls).toBe("starttls");
    },
  );

  it.each([
    "https://u:s3cret@mail.lab.example",
    "smtps://u:s3cret@",
    "smtps://u:s3cret@mail.lab.example/path",
    "smtps://u:s3cret@mail.lab.example?tls.rejectUnauthorized=false",
    "smtps://s3cret@mail.lab.example",
    "smtps://:s3cret@mail.lab.example",
    "smtps://u:s3cret%@mail.lab.example",
    "s3cret",
  ])("%s is refused, without repeating the password", (url) => {
    const parse = () => parseSmtpUrl(url);
    expect(parse).toThrow(/^SMTP_URL/);
    expect(parse).not.toThrow(/s3cret/);
  });
});
