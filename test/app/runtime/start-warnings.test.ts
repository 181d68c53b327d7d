import { afterAll, beforeAll, expect, it } from "vitest";
import { logUnknownRoleGroups, logWarnings } from "../../../src/app/runtime/start-warnings.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { production, surroundings } from "../surroundings.ts";

let s: Awaited<ReturnType<typeof surroundings>>;
beforeAll(async () => {
  s = await surroundings();
});
afterAll(() => s.remove());

const warningsOf = async (environment: Record<string, string>) => {
  const log = recordingLog();
  const configuration = await s.read({ ...production, ...environment });
  logWarnings(configuration, log);
  logUnknownRoleGroups(configuration.settings, configuration.catalogue, log);
  return log.events;
};

it("Redis without an authority to check its certificate against is warned of once, with the variable and the fix", async () => {
  expect(await warningsOf({})).toEqual([
    {
      event: "unsafe-setting",
      name: "REDIS_CA_FILE",
      advice: expect.stringMatching(/PEM file.*or write system/),
    },
  ]);
});

it.each([["system"], [import.meta.filename]])("With REDIS_CA_FILE=%s there is no warning", async (value) => {
  expect(await warningsOf({ REDIS_CA_FILE: value })).toEqual([]);
  const { settings } = await s.read({ ...production, REDIS_CA_FILE: value });
  expect(settings.REDIS_CA_FILE).toBe(value);
});

it("Role groups of ROLE_GROUPS whose groups do not exist are named, and no others", async () => {
  const groups = await s.write("groups.json", [{ name: "Measles", isPublic: false }]);
  const mapping = {
    Everyone: ["measles/viewers", "measels/viewers"],
    Staff: ["MEASLES/owners", "mpox/owners"],
  };
  const environment = { REDIS_CA_FILE: "system", GROUPS_DATA_FILE: groups };
  expect(await warningsOf({ ...environment, ROLE_GROUPS: JSON.stringify(mapping) })).toEqual([
    {
      event: "unknown-role-groups",
      name: "ROLE_GROUPS",
      roleGroups: ["measels/viewers", "mpox/owners"],
    },
  ]);
  const known = JSON.stringify({ Everyone: ["measles/viewers"] });
  expect(await warningsOf({ ...environment, ROLE_GROUPS: known })).toEqual([]);
});

it("Role groups are not called unknown while it is not known which groups there are", async () => {
  const { settings, catalogue } = await s.read({
    ...production,
    ROLE_GROUPS: '{"Staff":["made-here/owners"]}',
  });
  const log = recordingLog();
  const isDown = () => {
    throw new StoreDown();
  };
  logUnknownRoleGroups(settings, { ...catalogue, find: isDown }, log);
  expect(log.events).toEqual([]);
});

it("Without Redis there is no warning", async () => {
  expect(await warningsOf({ REDIS_URL: "", REDIS_REQUIRED: "false" })).toEqual([]);
});

it("A file beside the configuration that is called system has to be written with a folder", async () => {
  const { settings } = await s.read({ ...production, REDIS_CA_FILE: await s.write("working/system", "PEM") });
  expect(settings.REDIS_CA_FILE).toMatch(/\/working\/system$/);
});
