import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { mainDataset, mainType } from "../../support/resources/resources.ts";
import type { Visitor } from "../../support/server/embedded-login.ts";
import { logIn, visitor } from "../../support/server/embedded-login.ts";
import type { ServerOnSmallDisk } from "../../support/server/server-on-small-disk.ts";
import { serverOnSmallDisk } from "../../support/server/server-on-small-disk.ts";

let server: ServerOnSmallDisk;
let alice: Visitor;
beforeAll(async () => {
  server = await serverOnSmallDisk("24m");
  alice = visitor(() => server.origin);
  await logIn(alice, server.origin, "alice");
});
afterAll(() => server.close());

const path = "/groups/demo/disk/trouble";

const put = (body: string) =>
  alice.ask({ method: "PUT", path, headers: { "Content-Type": mainType, Accept: "application/json" }, body });

const read = () => alice.ask({ path, headers: { Accept: mainType } });

/** Readiness is remembered for a second. */
const becomesReady = (status: number) =>
  vi.waitFor(async () => expect((await alice.ask({ path: "/readyz" })).status).toBe(status), {
    timeout: 5000,
    interval: 200,
  });

const errorOf = (answer: { json(): unknown }): string => (answer.json() as { error: string }).error;

it("An upload for which there is no room is 507 with a plain sentence, the cause is in the log, and nothing is left of it", async () => {
  expect((await put(mainDataset)).status).toBe(204);
  // It is stored as gzip, which has to be too large as well.
  const filler = randomBytes(30e6).toString("base64");
  const large = mainDataset.replace(/\}$/, `,"filler":"${filler}"}`);
  const answer = await put(large);
  expect([answer.status, errorOf(answer)]).toEqual([507, expect.stringContaining("storage is full")]);
  expect(answer.headers).not.toHaveProperty("retry-after");
  expect(server.output()).toMatch(/request-failed .*store-full .*ENOSPC/);
  expect((await read()).text).toBe(mainDataset);
  expect((await put(mainDataset)).status).toBe(204);
});

it("A full disk is seen by /readyz, answers writes with 507, still serves what is there, and is over when there is room", async () => {
  await becomesReady(200);
  await server.disk('head -c 100000000 /dev/zero >"$DISK/filler" || true');
  await becomesReady(503);
  expect(server.output()).toMatch(/readiness .*resource store .*ENOSPC/);
  expect((await put(mainDataset)).status).toBe(507);
  expect((await read()).status).toBe(200);
  await server.disk('rm "$DISK/filler"');
  await becomesReady(200);
  expect((await put(mainDataset)).status).toBe(204);
});

it("A full disk is told at each step of a login with demo accounts, its cause is in the log, and the login goes on when there is room", async () => {
  const bob = visitor(() => server.origin);
  const form = await bob.browser.visit(`${server.origin}/login?return_to=/whoami`);
  const errors = () =>
    server.output().match(/an answer of the embedded identity provider.*ENOSPC/g)?.length ?? 0;
  await server.disk('head -c 100000000 /dev/zero >"$DISK/filler" || true');
  const before = errors();
  const submitted = await bob.browser.submit(form, { username: "bob", password: "demo" });
  const begun = await visitor(() => server.origin).browser.visit(`${server.origin}/login`);
  for (const { status, text } of [submitted, begun]) {
    expect([status, text]).toEqual([
      507,
      expect.stringMatching(/storage is full.* people who run this server/),
    ]);
  }
  expect(errors()).toBe(before + 2);
  await server.disk('rm "$DISK/filler"');
  await bob.browser.submit(form, { username: "bob", password: "demo" });
  expect(await bob.whoami()).toMatchObject({ username: "bob" });
});

it("A data folder that has become read-only is seen by /readyz, and answers writes with 503, which asks nobody to try again", async () => {
  await server.disk('mount -o remount,ro "$DISK"');
  await becomesReady(503);
  const answer = await put(mainDataset);
  expect(answer.status).toBe(503);
  expect(errorOf(answer)).toMatch(/may not use its storage/);
  expect(server.output()).toMatch(/request-failed .*store-down .*EROFS/);
  expect((await visitor(() => server.origin).ask({ path, headers: { Accept: mainType } })).status).toBe(200);
  await server.disk('mount -o remount,rw "$DISK"');
  await becomesReady(200);
  expect((await put(mainDataset)).status).toBe(204);
});
