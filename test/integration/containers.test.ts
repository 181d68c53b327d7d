import { afterEach, describe, expect, it } from "vitest";
import { run } from "../support/containers/command.ts";
import { freePort } from "../support/containers/free-port.ts";
import { imageName } from "../support/containers/image.ts";
import { startNginx } from "../support/containers/nginx.ts";
import { removeContainersOf, removeOrphans } from "../support/containers/run-label.ts";
import { startRedis } from "../support/containers/stores/redis.ts";

const label = "org.nextstrain.groups-server.test-run";

const names = async () =>
  (await run("docker", ["ps", "--all", "--format", "{{.Names}}"], { seconds: 30 })).split("\n");

/** A container as a test run of this name would have left it. */
const leave = async (container: string, runName: string) => {
  await run("docker", ["create", "--name", container, "--label", `${label}=${runName}`, imageName("redis")], {
    seconds: 30,
  });
};

describe("containers for tests", () => {
  const left: string[] = [];
  afterEach(async () => {
    for (const name of left.splice(0))
      await run("docker", ["rm", "--force", name], { seconds: 30 }).catch(() => "");
  });

  it("starts nginx with a configuration that reaches this machine's listeners", async () => {
    const port = await freePort();
    const nginx = await startNginx({
      port,
      configuration: `events {} http { server { listen 127.0.0.1:${port}; return 200 "hello"; } }`,
    });
    try {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("hello");
      await nginx.stop();
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
      await nginx.start();
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("hello");
    } finally {
      await nginx.close();
    }
  });

  it.each([
    ["has the commands of today", {}, /^$/],
    ["lacks them where it is to be one of 6.0", { features: "6.0" }, /unknown command/],
  ] as const)("starts a Redis that %s", async (_, options, answer) => {
    const redis = await startRedis(options);
    try {
      expect((await redis.cli("GETEX", "nothing")).trim()).toMatch(answer);
      expect(await redis.cli("GET", "nothing")).not.toMatch(/unknown command/);
    } finally {
      await redis.close();
    }
  });

  it("removes what killed runs have left, and nothing of runs that go on", async () => {
    const [dead, alive] = [`dead-${process.pid}`, `alive-${process.pid}`];
    left.push(dead, alive);
    // No process has this id: it is above the largest that Linux gives.
    await leave(dead, "4194305-1");
    const startedAt = (await run("cut", ["-d", " ", "-f", "22", `/proc/1/stat`], { seconds: 5 })).trim();
    await leave(alive, `1-${startedAt}`);
    expect(await removeOrphans()).toBeGreaterThanOrEqual(1);
    expect(await names()).not.toContain(dead);
    expect(await names()).toContain(alive);
  });

  it("removes what a run has left at its own end", async () => {
    const mine = `mine-${process.pid}`;
    left.push(mine);
    await leave(mine, "4194306-1");
    expect(await removeContainersOf("4194306-1")).toBe(1);
    expect(await names()).not.toContain(mine);
  });
});
