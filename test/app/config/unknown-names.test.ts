import { describe, expect, it } from "vitest";
import { settings } from "../../../src/app/config/settings.ts";
import { unknownNames } from "../../../src/app/config/unknown-names.ts";

describe("names of variables that no setting has", () => {
  it.each([
    ["OIDC_GROUP_CLAIM", "OIDC_GROUPS_CLAIM"],
    ["OIDC_GROUPSCLAIM", "OIDC_GROUPS_CLAIM"],
    ["SESION_SECRET", "SESSION_SECRET"],
    ["SESSION_SECRET_FIEL", "SESSION_SECRET_FILE"],
    ["REDIS_URI", "REDIS_URL"],
    ["NODE_EVN", "NODE_ENV"],
    ["TRUSTED_PROXY", undefined],
    ["PROT", undefined],
    ["PORTS", "PORT"],
  ])("%s is told with the nearest right one, %s", (name, nearest) => {
    expect(unknownNames({ [name]: "x" }).misspelt).toEqual(nearest === undefined ? [] : [{ name, nearest }]);
  });

  it("are told quietly when they only begin like ours", () => {
    const environment = {
      REDIS_PORT: "tcp://10.0.0.1:6379",
      REDIS_PORT_6379_TCP: "x",
      GROUPS_SERVICE_HOST: "x",
    };
    expect(unknownNames(environment)).toEqual({ misspelt: [], others: Object.keys(environment) });
  });

  it("are nobody's business when they are of others, or hold nothing", () => {
    const environment = {
      HOME: "/root",
      PATH: "/bin",
      AWS_PROFILE: "lab",
      NODE_OPTIONS: "x",
      LANG: "C",
      HOSTNAME: "a",
    };
    expect(unknownNames({ ...environment, OIDC_GROUP_CLAIM: "", SESION_SECRET: undefined })).toEqual({
      misspelt: [],
      others: [],
    });
  });

  it("are none of our own", () => {
    const environment = Object.fromEntries(Object.keys(settings).map((name) => [name, "x"]));
    expect(unknownNames({ ...environment, REDIS_URL_FILE: "x", CONFIG_FILE: "x" })).toEqual({
      misspelt: [],
      others: [],
    });
  });
});
