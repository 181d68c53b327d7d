import { execFile } from "node:child_process";
import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issueCertificates } from "../../../src/adapters/local-ca/issue-certificates.ts";
import { openLocalCa } from "../../../src/adapters/local-ca/local-ca.ts";

const run = promisify(execFile);
const day = 24 * 3600;

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "local-ca-"));
  folder = join(parent, "ca");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const clock = (daysFromNow = 0) => ({ now: () => Date.now() / 1000 + daysFromNow * day });
const open = (daysFromNow = 0) => openLocalCa({ folder, clock: clock(daysFromNow) });

describe("the local certificate authority", () => {
  it("is created at the first start and stays the same afterwards", async () => {
    const first = await open();
    const second = await open();
    expect(second).toEqual(first);
    expect(first.renewed).toBe(false);
  });

  it("stores the server's key readable by its owner only, and the CA's key nowhere", async () => {
    const { cert, key, caPath } = await open();
    expect((await readdir(folder)).sort()).toEqual(["ca.pem", "server-key.pem", "server.pem"]);
    expect((await stat(join(folder, "server-key.pem"))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const ca = new X509Certificate(await readFile(caPath));
    expect(createPublicKey(key).equals(ca.publicKey)).toBe(false);
    expect(createPublicKey(key).equals(new X509Certificate(cert).publicKey)).toBe(true);
    expect(await readdir(parent)).toEqual(["ca"]);
  });

  it("is the same for processes that start at the same time", async () => {
    const opened = await Promise.all(Array.from({ length: 6 }, () => open()));
    expect(new Set(opened.map(({ cert }) => cert)).size).toBe(1);
    expect(await readdir(parent)).toEqual(["ca"]);
  });

  it("is constrained to loopback names, according to OpenSSL's strict mode", async () => {
    const { caPath } = await open();
    const server = join(folder, "server.pem");
    const checks = ["-verify_hostname localhost", "-verify_ip 127.0.0.1", "-verify_ip ::1"];
    for (const check of checks) {
      const args = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", caPath];
      expect((await run("openssl", [...args, ...check.split(" "), server])).stdout).toContain("OK");
    }
    const text = (await run("openssl", ["x509", "-in", caPath, "-noout", "-text"])).stdout;
    expect(text).toMatch(/X509v3 Name Constraints: critical\s+Permitted:\s+DNS:localhost/);
    expect(text).toContain("IP:127.0.0.1/255.255.255.255");
    expect(text).toContain("IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF");
    expect(text).toContain("pathlen:0");
  });

  it("is valid for two years, less than the 825 days that Apple allows", async () => {
    const { cert, caPath } = await open();
    for (const pem of [cert, await readFile(caPath, "utf8")]) {
      const { validFromDate, validToDate } = new X509Certificate(pem);
      const days = (validToDate.getTime() - validFromDate.getTime()) / 1000 / day;
      expect(days).toBeGreaterThan(729);
      expect(days).toBeLessThan(825);
    }
  });

  it("is renewed thirty days before it expires", async () => {
    const first = await open();
    expect((await open(699)).cert).toBe(first.cert);
    const renewed = await open(701);
    expect(renewed.cert).not.toBe(first.cert);
    expect(renewed.renewed).toBe(true);
    expect((await open(701)).renewed).toBe(false);
    expect(await readdir(parent)).toEqual(["ca"]);
  });

  it("is renewed when a file is damaged, missing, or does not match the others", async () => {
    const damages = [
      () => writeFile(join(folder, "server.pem"), "no certificate"),
      () => rm(join(folder, "ca.pem")),
      async () =>
        writeFile(join(folder, "server-key.pem"), (await issueCertificates(clock().now())).serverKey),
      async () => writeFile(join(folder, "ca.pem"), (await issueCertificates(clock().now())).ca),
    ];
    for (const damage of damages) {
      const before = await open();
      await damage();
      const after = await open();
      expect(after.renewed).toBe(true);
      expect(after.cert).not.toBe(before.cert);
    }
  });

  it("is the same for processes that renew it at the same time", async () => {
    await open();
    const opened = await Promise.all(Array.from({ length: 6 }, () => open(701)));
    const last = await open(701);
    expect(new Set(opened.map(({ cert }) => cert))).toEqual(new Set([last.cert]));
    expect(await readdir(parent)).toEqual(["ca"]);
  });
});
