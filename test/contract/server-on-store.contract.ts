import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../support/browser/browser.ts";
import type { StartedStore } from "../support/containers/stores/s3-service.ts";
import type { Question } from "../support/requests/http.ts";
import { ask } from "../support/requests/http.ts";
import { mainType } from "../support/resources/resources.ts";
import { basicEnvironment } from "../support/server/running-server.ts";
import type { StartedServer } from "../support/server/started-server.ts";
import { startServerProcess } from "../support/server/started-server.ts";
import { bucketSettings } from "../support/stores/bucket-settings.ts";
import type { StubProvider } from "../support/stub-provider/stub-provider.ts";
import { stubProvider } from "../support/stub-provider/stub-provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Text that no compression makes much smaller. */
const datasetOf = (bytes: number) =>
  JSON.stringify({
    meta: {},
    tree: {
      name: "root",
      children: Array.from({ length: bytes / 100 }, () => ({ name: randomBytes(64).toString("base64") })),
    },
  });

const digest = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

/** What people do with `node server.js` on a store, by its settings alone. */
export const serverOnStore = (current: () => StartedStore): void => {
  describe("with a server on it", () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let provider: StubProvider;
    let server: StartedServer;
    beforeAll(async () => {
      folder = await temporaryFolder();
      provider = await stubProvider();
      const { DATA_DIR: data, ...basic } = await basicEnvironment(folder.path, provider);
      const environment = { ...basic, ...bucketSettings(current()) };
      server = await startServerProcess({ data, workingFolder: folder.path, environment });
    });
    afterAll(async () => {
      await server?.stop();
      await provider?.close();
      await folder?.remove();
    });

    const askServer = (question: Question) => ask(server.http, question);

    test("it is ready", async () => {
      await expect
        .poll(async () => (await askServer({ path: "/readyz" })).status, { timeout: 60_000 })
        .toBe(200);
    });

    test.each([
      ["in one piece", 10_000],
      ["in parts", 20_000_000],
    ])("what an owner uploads %s, a viewer who logs in downloads, until it is deleted", async (_, size) => {
      const path = "/groups/test-private/measles";
      const olga = { sub: "olga", preferred_username: "olga", groups: ["test-private/owners"] };
      const headers = { Authorization: `Bearer ${await provider.idToken(olga)}`, "Content-Type": mainType };
      const content = datasetOf(size);
      expect((await askServer({ method: "PUT", path, headers, body: content })).status).toBe(204);

      const vera = browser({ ask: askServer, provider });
      provider.setPerson({ sub: "vera", username: "vera", groups: ["test-private/viewers"] });
      const finished = await vera.logIn(`/login?return_to=${path}`);
      expect([finished.status, finished.headers["location"]]).toEqual([302, path]);
      const download = () => vera.ask({ path, headers: { Accept: mainType } });
      const { status, bytes } = await download();
      expect([status, digest(bytes)]).toEqual([200, digest(content)]);

      expect((await askServer({ method: "DELETE", path, headers })).status).toBe(204);
      expect((await download()).status).toBe(404);
    });
  });
};
