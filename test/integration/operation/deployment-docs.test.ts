import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import type { CommandResult, Machine } from "../../support/containers/machine.ts";
import { startMachine } from "../../support/containers/machine.ts";
import type { DeploymentPage } from "../../support/documentation/deployment-page.ts";
import { deploymentPage, filledIn } from "../../support/documentation/deployment-page.ts";
import type { LabEnvironment } from "../../support/documentation/lab-environment.ts";
import { labEnvironment, labMachines } from "../../support/documentation/lab-environment.ts";
import type { Question } from "../../support/requests/http.ts";
import { ask } from "../../support/requests/http.ts";
import { datasetChunks, slowly, transferClient } from "../../support/requests/transfer.ts";
import type { ProgramRepository } from "../../support/server/program-repository.ts";
import { programRepository } from "../../support/server/program-repository.ts";
import { username } from "../../support/sessions/sessions.ts";

const here = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const name = "groups.example.org";

let page: DeploymentPage;
let lab: LabEnvironment;
let program: ProgramRepository;
let machine: Machine;
beforeAll(async () => {
  page = await deploymentPage();
  program = await programRepository();
  machine = await startMachine({
    mounts: {
      "/srv/repository": program.path,
      "/srv/node_modules": here("node_modules"),
      "/srv/package-lock.json": here("package-lock.json"),
    },
    hostNames: labMachines,
  });
  lab = await labEnvironment(machine.hostAddress, "our-lab-groups");
});
afterAll(async () => {
  await machine?.close();
  await lab?.close();
  await program?.close();
});

/** Types something that has to go well; gives what it printed. */
const type = async (lines: string): Promise<string> => {
  const typed: CommandResult = await machine.run(`set -e\n${lines}`);
  if (typed.code !== 0) throw new Error(`${lines}\nended with ${typed.code}: ${typed.output}${typed.errors}`);
  return typed.output;
};

const askServer = (question: Question) =>
  ask(
    `https://${machine.address}`,
    { ...question, headers: { Host: name, ...question.headers } },
    lab.certificates.ca,
  );

const visitor = () => browser({ provider: lab.provider, ask: askServer });

const transfers = async () => {
  const claims = { sub: "olga", preferred_username: "olga", groups: ["our-lab/owners"] };
  const bearer = `Bearer ${await lab.provider.idToken(claims)}`;
  return transferClient(`https://${machine.address}`, lab.certificates.ca, bearer, name);
};

/** A property of an instance's unit. */
const property = async (instance: number, what: string) =>
  (await type(`systemctl show groups@${instance} --property=${what} --value`)).trim();

/** What systemd and the instances say, but for requests. */
const journal = () =>
  type("journalctl --no-pager --output=cat --unit='groups@*' | grep --invert-match '\"event\":\"request\"'");

describe("the page for administrators, followed on a new machine", () => {
  test("4. the program is installed, and brings its Node along", async () => {
    const [install = "", ...others] = page.blocks(4);
    expect(others).toEqual([]);
    await type(filledIn(install, { "<this repository>": "/srv/repository" }));
    expect(await type("/opt/groups-server/node_modules/.bin/node --version")).toMatch(/^v24\./);
  });

  test("5. groups, secrets and settings are written", async () => {
    const [commands = "", credentials = "", groups = "", environment = "", ...others] = page.blocks(5);
    expect(others).toEqual([]);
    const printed = await type(commands);
    const secretOf = (setting: string) => new RegExp(`^${setting}=(.*)$`, "m").exec(printed)?.[1] ?? "";
    const { store, certificates, provider } = lab;
    const files: readonly (readonly [file: string, content: string])[] = [
      ["session-secret", secretOf("SESSION_SECRET")],
      ["encryption-keys", secretOf("SESSION_ENCRYPTION_KEYS")],
      ["client-secret", provider.state.options.clients.app.secret ?? ""],
      ["redis-url", lab.redisUrl],
      [
        "aws-credentials",
        filledIn(credentials, {
          "aws_access_key_id = …": `aws_access_key_id = ${store.accessKeyId}`,
          "aws_secret_access_key = …": `aws_secret_access_key = ${store.secretAccessKey}`,
        }),
      ],
      ["groups.json", groups],
    ];
    for (const [file, content] of files) {
      expect(content).not.toBe("");
      await machine.write(`/etc/groups/${file}`, `${content}\n`, "0600");
    }
    const settings = filledIn(environment, { "https://idp.example.org/realms/lab": lab.issuer });
    const more = `AWS_ENDPOINT_URL_S3=${store.endpoint}\nNODE_EXTRA_CA_CERTS=/etc/ssl/certs/lab-ca.pem\n`;
    await machine.write("/etc/groups/environment", settings + more);
    for (const authority of ["redis-ca", "lab-ca"])
      await machine.write(`/etc/ssl/certs/${authority}.pem`, certificates.ca);
  });

  test("6. both instances start, as users without any rights, and are ready", async () => {
    const [start = "", ...others] = page.blocks(6);
    expect(others).toEqual([]);
    const said = await type(start);
    expect(said, await journal()).toMatch(/\{"status":"ready"\}$/);
    for (const instance of [1, 2]) {
      const pid = await property(instance, "MainPID");
      expect(Number(await type(`stat --format=%u /proc/${pid}`))).toBeGreaterThanOrEqual(61_184);
      expect(await type(`grep ^CapEff: /proc/${pid}/status`)).toMatch(/\t0+\n$/);
    }
  });

  test("7. nginx hands out what the instances answer, and people log in", async () => {
    const [replace = "", ...others] = page.blocks(7);
    expect(others).toEqual([]);
    await type("mkdir --parents /etc/ssl/groups");
    await machine.write("/etc/ssl/groups/certificate.pem", lab.certificates.certificate);
    await machine.write("/etc/ssl/groups/key.pem", lab.certificates.key, "0600");
    await type(replace);
    // A reload is a signal, and nginx listens a moment later.
    const patiently = "curl --silent --insecure --retry 20 --retry-delay 1 --retry-connrefused";
    await type(`${patiently} --connect-to ::127.0.0.1: https://${name}/readyz`);
    const ready = await askServer({ path: "/readyz" });
    expect([ready.status, ready.json()]).toEqual([200, { status: "ready" }]);

    lab.provider.setPerson({ sub: "alice", username: "alice", groups: ["our-lab/viewers"] });
    const alice = visitor();
    const login = new URL((await alice.ask("/login")).headers["location"] ?? "");
    expect([login.origin, login.searchParams.get("redirect_uri")]).toEqual([
      lab.issuer,
      `https://${name}/logged-in`,
    ]);
    await alice.logIn();
    expect(await username(alice)).toBe("alice");
    expect((await alice.ask("/groups/our-lab")).status).toBe(200);
    expect((await visitor().ask("/groups/our-lab")).status).toBe(302);
  });

  test("7. files go to the bucket and come back", async () => {
    const client = await transfers();
    expect(await client.upload("/groups/our-lab/winter", datasetChunks(3))).toBe(204);
    expect((await client.download("/groups/our-lab/winter")).status).toBe(200);
    client.close();
  });

  test("8. an upgrade restarts one instance after the other, and no request fails", async () => {
    const [upgrade = "", , , ...others] = page.blocks(8);
    expect(others).toEqual([]);
    await program.release();
    const before = [await property(1, "MainPID"), await property(2, "MainPID")];
    const state = { over: false };
    const upgraded = type(upgrade).finally(() => {
      state.over = true;
    });
    const answers: number[] = [];
    while (!state.over) answers.push((await askServer({ path: "/groups" })).status);
    await upgraded;
    expect(await type("git -C /opt/groups-server log -1 --format=%s")).toBe("A new version\n");
    expect(answers.length).toBeGreaterThan(10);
    expect(new Set(answers)).toEqual(new Set([200]));
    for (const [index, pid] of before.entries()) expect(await property(index + 1, "MainPID")).not.toBe(pid);
  });

  test("8. commands work with the settings of the instances", async () => {
    const [, command = "", rebind = ""] = page.blocks(8);
    lab.provider.setPerson({ sub: "bob", username: "bob", groups: [] });
    const bob = visitor();
    await bob.logIn();
    expect(await username(bob)).toBe("bob");
    const report = await type(filledIn(command, { "sessions end <username>": "key-report" }));
    expect(report).toMatch(/^Sessions {2}Key\n +2 {2}"[^"]+" {2}seals\n$/);
    expect(await type(filledIn(command, { "<username>": "bob" }))).toBe('Ended 1 session of "bob".\n');
    expect(await username(bob)).toBeNull();
    expect(lab.provider.state.grants.countValid("bob")).toBe(0);
    expect((await machine.run(filledIn(command, { "<username>": "bob" }))).code).toBe(3);
    const rebinding = await machine.run(filledIn(rebind, {}));
    expect([rebinding.code, rebinding.errors]).toEqual([3, expect.stringContaining("nothing was changed")]);
  });

  test("8. stopping both instances waits for an upload that is under way", async () => {
    const client = await transfers();
    const uploaded = client.upload("/groups/our-lab/spring", slowly(datasetChunks(10), 6000));
    await machine.run("sleep 2");
    const began = Date.now();
    await type("systemctl stop groups@1 groups@2");
    expect(Date.now() - began).toBeGreaterThan(3000);
    expect(await uploaded).toBe(204);
    client.close();
    for (const instance of [1, 2])
      expect([await property(instance, "Result"), await property(instance, "ExecMainStatus")]).toEqual([
        "success",
        "0",
      ]);
    expect((await askServer({ path: "/readyz" })).status).toBe(502);
  });

  test("6. an instance that does not start has all reasons in the journal, and starts once they are mended", async () => {
    await type("cp -p /etc/groups/environment /root/");
    await type("sed -i 's/^\\(PUBLIC_ORIGIN\\|GROUPS_BUCKET\\)=.*/\\1=%/' /etc/groups/environment");
    await machine.run(
      "systemctl start groups@1; until [ $(systemctl show groups@1 -P NRestarts) -gt 0 ]; do sleep 0.2; done",
    );
    const reasons = (await journal()).split("The configuration cannot be used:")[1];
    expect(reasons).toContain("PUBLIC_ORIGIN");
    expect(reasons).toContain("GROUPS_BUCKET");
    expect(reasons).toContain("status=1/FAILURE");
    await type("cp -p /root/environment /etc/groups/");
    await type(
      "curl --silent --fail --retry 30 --retry-delay 1 --retry-all-errors http://127.0.0.1:5001/readyz",
    );
  });
});
