import { describe, expect, it } from "vitest";
import { settings } from "../../src/app/config/settings.ts";
import { documentedStore } from "../support/stores/documented-stores.ts";

const words = { "<openssl rand -hex 32>": "secret", "<access key>": "key", "<secret key>": "secret" };

describe.each(["Garage", "SeaweedFS"])("the documented way to set up %s", (name) => {
  it("has a configuration, the command that starts it, and settings that there are", () => {
    const { configuration, command, settings: documented } = documentedStore(name, words);
    expect(configuration).not.toBe("");
    expect(command.length).toBeGreaterThan(1);
    expect(Object.keys(documented)).toEqual(expect.arrayContaining(["AWS_ENDPOINT_URL_S3", "GROUPS_BUCKET"]));
    for (const setting of Object.keys(documented)) expect(settings).toHaveProperty(setting);
  });

  it("is not taken with words that nothing is given for", () => {
    expect(() => documentedStore(name, {})).toThrow("<secret key>");
  });
});
