import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CliProxy, Discovery } from "../../support/cli/cli-proxy.ts";
import { openCliProxy } from "../../support/cli/cli-proxy.ts";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine } from "../../support/cli/command-line.ts";
import { addressAfterForm } from "../../support/cli/command-line.ts";

let site: CliSite;
let proxy: CliProxy;
let line: CommandLine;
let busy: Server;
/** What the proxy adds to the CLI's part of the discovery document. */
let added: Readonly<Record<string, unknown>> = {};

const withAdded = (found: Discovery): Discovery => ({
  ...found,
  nextstrain_cli_client_configuration: { ...found.nextstrain_cli_client_configuration, ...added },
});

beforeAll(async () => {
  site = await openCliSite();
  proxy = await openCliProxy(site, { discovery: withAdded });
  line = await proxy.terminal();
  busy = createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
});
afterAll(async () => {
  busy?.close();
  await proxy?.close();
  await site?.close();
});

const expectNobody = async (): Promise<void> => {
  expect((await line.nextstrain("whoami", proxy.origin)).errors).toBe(
    `Error: Not logged in to ${proxy.origin}.\n`,
  );
};

const expectAlice = async (): Promise<void> => {
  expect((await line.nextstrain("whoami", proxy.origin)).output).toContain("username: alice\n");
  expect((await line.nextstrain("logout", proxy.origin)).code).toBe(0);
};

/** Where the CLI waits, and with what it is answered there. */
const comeBack = (
  address: string,
  answer: Readonly<Record<string, string>>,
  path = "",
): Promise<Response> => {
  const { searchParams } = new URL(address);
  const query = new URLSearchParams({ state: searchParams.get("state") ?? "", ...answer });
  return fetch(`${searchParams.get("redirect_uri")}${path}?${query}`);
};

describe("the address to come back to", () => {
  test("is the first of this machine that can be had, on any port where none is named (CLI-12)", async () => {
    const { port } = busy.address() as AddressInfo;
    added = {
      redirect_uris: [
        "https://example.org/callback",
        "http://192.0.2.1/",
        `http://127.0.0.1:${port}/`,
        "http://127.0.0.1/",
      ],
    };
    const ran = await line.logIn(site.browser, proxy.origin, "alice");
    expect(ran.code, ran.text).toBe(0);
    const [, address = ""] = /^ {2}(https:.+)$/m.exec(ran.output) ?? [];
    const chosen = new URL(new URL(address).searchParams.get("redirect_uri") ?? "");
    expect([chosen.hostname, chosen.pathname]).toEqual(["127.0.0.1", "/"]);
    expect(["", String(port)]).not.toContain(chosen.port);
    await expectAlice();
  });

  test("is missed in a sentence when there is none (CLI-12)", async () => {
    added = { redirect_uris: ["https://example.org/callback"] };
    const ran = await line.nextstrain("login", proxy.origin);
    expect([ran.code, ran.text]).toEqual([
      1,
      expect.stringContaining(
        "Error: Unable to listen on any local sockets to receive the authentication response.",
      ),
    ]);
    await expectNobody();
  });
});

test("what else the discovery document says of the client does not matter (CLI-11)", async () => {
  added = { application_type: "web", grant_types: [], client_name: 5, "x-unheard-of": { of: [null] } };
  const ran = await line.logIn(site.browser, proxy.origin, "alice");
  expect(ran.code, ran.text).toBe(0);
  await expectAlice();
});

describe("what comes back", () => {
  test("may be an error, which is shown (CLI-14)", async () => {
    added = {};
    const ran = await line.beginLogin(proxy.origin, async (address) => {
      const answer = await comeBack(address, { error: "access_denied", error_description: "Not today" });
      expect(await answer.text()).toContain("return to the terminal");
    });
    expect(ran.code).toBe(1);
    expect(ran.text).toContain(
      "An error occurred while completing authentication. The authorization response was:",
    );
    expect(ran.text).toContain("error=access_denied&error_description=Not+today");
    expect(ran.text).not.toContain("Traceback");
    await expectNobody();
  });

  test("must have the state that was sent (CLI-14)", async () => {
    proxy.recorded();
    const ran = await line.beginLogin(proxy.origin, (address) =>
      comeBack(address, { code: "stolen", state: "a".repeat(43) }),
    );
    expect(ran.code).toBe(1);
    expect(proxy.recorded().map(({ target }) => target)).not.toContain("/idp/token");
    await expectNobody();
  });

  test("must come to the path that was named (CLI-14)", async () => {
    const ran = await line.beginLogin(proxy.origin, async (address) => {
      const answer = await comeBack(address, { code: "any" }, "elsewhere");
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("failed")]);
    });
    expect([ran.code, ran.text]).toEqual([
      1,
      expect.stringContaining("The authorization response was not obtained."),
    ]);
    await expectNobody();
  });

  test("may be pasted, where the browser is on another machine (CLI-14)", async () => {
    const ran = await line.pasteLogin(proxy.origin, (address) =>
      addressAfterForm(site.browser, address, "alice"),
    );
    expect(ran.code, ran.text).toBe(0);
    expect(ran.text).toContain(`Logged into ${proxy.origin} as alice.`);
    await expectAlice();
  });
});
