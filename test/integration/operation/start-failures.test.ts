import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesystemResourceStore } from "../../../src/adapters/filesystem/resources/resource-store.ts";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { serialiseMadeGroup } from "../../../src/domain/groups/made-group.ts";
import type { RecordId } from "../../../src/domain/records/record.ts";
import { groupName } from "../../domain/sample.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { onSmallDisk } from "../../support/server/small-disk.ts";
import type { EndedServer } from "../../support/server/started-server.ts";
import { freePorts, runServerProcess } from "../../support/server/started-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));

const expectOneSentence = (errors: string): void => {
  expect(errors.trim().split("\n")).toHaveLength(1);
  expect(errors).not.toMatch(/^\s+at |Error:|node:/m);
};

describe("a port that cannot be had", () => {
  const other = createServer();
  let [port, data] = ["", ""];
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    port = String((other.address() as AddressInfo).port);
    folder = await temporaryFolder();
    data = join(folder.path, "data");
  });
  afterAll(async () => {
    await new Promise((resolve) => other.close(resolve));
    await folder.remove();
  });

  test.each(["PORT", "HTTPS_PORT"])(
    "because it is taken is told in a sentence that names %s, and nothing is written",
    async (name) => {
      const { code, errors, output } = await runServerProcess({ DATA_DIR: data, [name]: port });
      expect([code, output]).toEqual([2, ""]);
      expect(errors).toBe(`Port ${port} is in use. Stop what uses it, or set ${name} to another port.\n`);
      expect(existsSync(data)).toBe(false);
    },
  );

  test("of a host that is not this machine is told, and nothing is written", async () => {
    const { code, errors } = await runServerProcess({ DATA_DIR: data, HOST: "localhost.invalid" });
    expect(code).not.toBe(0);
    expect(errors).toContain("HOST");
    expect(errors).not.toMatch(/^\s+at /m);
    expect(existsSync(data)).toBe(false);
  });
});

test("a group that was made here and is in the data file, too, is told with both places", async () => {
  const folder = await temporaryFolder();
  const data = join(folder.path, "data");
  const store = filesystemResourceStore({
    folder: join(data, "records"),
    clock: systemClock(),
    log: recordingLog(),
  });
  const group = serialiseMadeGroup({
    name: groupName("Demo"),
    isPublic: false,
    madeBy: "ada",
    madeAt: 0,
    isBeingDeleted: false,
  });
  const key = { kind: "groups", id: "demo" as RecordId } as const;
  await objectRecords(store, "").write(key, group, "absent", new AbortController().signal);
  await store.close();
  const { code, errors } = await runServerProcess({ DATA_DIR: data });
  await folder.remove();
  expect(code).toBe(1);
  expect(errors).toMatch(/^GROUPS_DATA_FILE: the group Demo was made on .*groups\/demo/);
  expectOneSentence(errors);
});

describe("a data folder that cannot be used", () => {
  const start = `PORT=0 HTTPS_PORT=0 '${process.execPath}' '${program}'`;

  test.each([
    ["the root of a read-only disk", "$DISK"],
    ["below one", "$DISK/new/data"],
  ])("because it is %s is told in one sentence", async (_, data) => {
    const { code, output, errors } = await onSmallDisk("ro", `DATA_DIR="${data}" ${start}`);
    expect([code, output]).toEqual([1, ""]);
    expectOneSentence(errors);
    expect(errors).toContain("it is on a read-only file system");
  });

  test.each(["16k", "48k", "100k"])(
    "because a disk of %s is full is told in one sentence, and a later start with more room works",
    async (size) => {
      const [port] = await freePorts(1);
      const script = `
        export DATA_DIR="$DISK/data" PORT=${port} HTTPS_PORT=0
        '${process.execPath}' '${program}'
        code=$?
        ask="fetch('http://127.0.0.1:${port}/charon/getDataset?prefix=/groups/demo/lakeside/2024')
          .then(({ status }) => process.exit(status === 200 ? 0 : 1), () => process.exit(1))"
        find "$DISK" -name '.new-*' -o -path '*/.drafts/*' -o -path '*/ca/*' -empty -o -path '*/keys/*' -type f -empty
        mount -o remount,size=20m "$DISK"
        '${process.execPath}' '${program}' >"$DISK/log" 2>&1 &
        tries=0
        until '${process.execPath}' -e "$ask"; do
          tries=$((tries + 1))
          [ $tries -lt 150 ] || { cat "$DISK/log"; break; }
          sleep 0.1
        done
        kill $!
        wait $!
        exit $code`;
      const { code, output, errors } = await onSmallDisk(`size=${size}`, script);
      expect(errors).toContain("the disk is full");
      expectOneSentence(errors);
      expect(code).toBe(1);
      // Neither half-made files nor the log of a second start that failed.
      expect(output).toBe("");
    },
  );

  test.each([
    ["itself", "a-file"],
    ["in its path", "a-file/data"],
  ])("because of a file %s is told in one sentence", async (_, path) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, "a-file"), "mine");
    const { code, errors } = await runServerProcess({ DATA_DIR: join(folder.path, path) });
    expect(code).toBe(1);
    expectOneSentence(errors);
    expect(errors).toContain(`The data folder ${join(folder.path, path)} cannot be used`);
    expect(await readdir(folder.path)).toEqual(["a-file"]);
    await folder.remove();
  });
});

test("a folder named as Redis's certificate authority is told in one sentence", async () => {
  const folder = await temporaryFolder();
  const { code, errors } = await runServerProcess({
    REDIS_URL: "rediss://u:secret@127.0.0.1:1",
    REDIS_CA_FILE: folder.path,
  });
  await folder.remove();
  expect(code).toBe(1);
  expectOneSentence(errors);
  expect(errors).toContain(`REDIS_CA_FILE: ${folder.path} cannot be read.`);
});

describe("a configuration that cannot be used", () => {
  const linesOf = ({ errors }: EndedServer) => errors.trim().split("\n").slice(1);

  test("is told with every fault at once", async () => {
    const ended = await runServerProcess({
      PORT: "eighty",
      MAX_UPLOAD_BYTES: "-1",
      GROUPS_DATA_FILE: "/nowhere/groups.json",
      TRUSTED_PROXIES: '["the proxy"]',
    });
    expect(ended.code).toBe(1);
    expect(ended.output).toBe("");
    for (const name of ["PORT", "MAX_UPLOAD_BYTES", "GROUPS_DATA_FILE", "TRUSTED_PROXIES"]) {
      expect(linesOf(ended).filter((line) => line.includes(name))).toHaveLength(1);
    }
    expect(linesOf(ended)).toHaveLength(4);
  });

  test.each([
    ["OIDC_IDP_URL", "https://idp.example.org"],
    ["OIDC_GROUPS_CLAIM", "groups"],
    ["OIDC_TIMEOUT", "5"],
    ["OAUTH2_CLIENT_ID", "app"],
    ["OAUTH2_LOGOUT_URL", "https://idp.example.org/logout"],
  ])("because of %s alone never brings the demo accounts", async (name, value) => {
    const ended = await runServerProcess({ [name]: value });
    expect(ended.code).toBe(1);
    expect(ended.output).not.toContain("alice");
    const needed = ["OAUTH2_CLIENT_ID", "OAUTH2_CLI_CLIENT_ID", "OIDC_USERNAME_CLAIM"];
    for (const missing of needed.filter((one) => one !== name)) {
      expect(ended.errors).toContain(`${missing} is not set`);
    }
  });

  test("in production lists everything that is missing, and no demo account is there", async () => {
    const ended = await runServerProcess({ NODE_ENV: "production" });
    expect(ended.code).toBe(1);
    expect(ended.output).toBe("");
    for (const name of [
      "OIDC_IDP_URL",
      "OAUTH2_CLIENT_ID",
      "SESSION_SECRET",
      "SESSION_ENCRYPTION_KEYS",
      "REDIS_URL",
    ]) {
      expect(ended.errors).toContain(`${name} is not set`);
    }
  });

  test("because demo accounts would be open to the network is refused", async () => {
    const ended = await runServerProcess({ HOST: "0.0.0.0" });
    expect(ended.code).toBe(1);
    expect(linesOf(ended)).toHaveLength(1);
    expect(ended.errors).toContain("HOST is 0.0.0.0");
  });
});

test("a Node that is too old says what to do", async () => {
  const installed = "/usr/bin/node";
  const version = existsSync(installed) ? execFileSync(installed, ["--version"], { encoding: "utf8" }) : "";
  const isOld = Number.parseInt(version.slice(1), 10) < 24;
  const pretence =
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });';
  const preload = `data:text/javascript,${encodeURIComponent(pretence)}`;
  const ended = await (isOld
    ? runServerProcess({}, [], installed)
    : runServerProcess({}, ["--import", preload]));
  expect(ended.code).toBe(1);
  expect(ended.errors).toMatch(/^This server needs Node 24 or newer, and this is Node \d+\.\d+\.\d+\.$/m);
  expect(ended.errors).toContain("npm ci");
  expect(ended.errors).not.toMatch(/^\s+at /m);
});
