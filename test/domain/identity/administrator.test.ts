import { describe, expect, it } from "vitest";
import { LoginRequired, NotAllowed, ProviderDown, StoreDown } from "../../../src/domain/failure.ts";
import { administratorOf } from "../../../src/domain/identity/administrator.ts";
import type { User } from "../../../src/domain/identity/user.ts";
import { parseAdministrator, serialiseAdministrator } from "../../../src/domain/people/administrator.ts";
import { noon, personOf } from "../people/sample.ts";
import { userWith } from "../sample.ts";

const { user } = userWith("blab/owners");
const found = (isAdministrator: NonNullable<User["isAdministrator"]>) =>
  administratorOf({ kind: "user", user: { ...user, isAdministrator } });

describe("what administrators do", () => {
  it("is for them alone, whatever roles somebody has, and says so", () => {
    expect(found(true)).toMatchObject({ username: user.username, isAdministrator: true });
    const denied = administratorOf({ kind: "user", user });
    expect(denied).toBeInstanceOf(NotAllowed);
    expect(denied).toMatchObject({ message: expect.stringContaining("ADMINISTRATORS") });
    expect(found("another-person")).toMatchObject({ message: expect.stringContaining("another person") });
  });

  it("asks to log in, and is an outage in doubt", () => {
    expect(administratorOf({ kind: "anonymous" })).toBeInstanceOf(LoginRequired);
    const outage = new StoreDown();
    expect(found(outage)).toBe(outage);
    const cause = new ProviderDown();
    expect(administratorOf({ kind: "unverified", cause })).toBe(cause);
  });
});

describe("the record of an administrator", () => {
  const record = { person: personOf("ada"), boundAt: noon };
  it("comes back as it was", () => {
    expect(parseAdministrator(serialiseAdministrator(record))).toEqual(record);
  });

  it.each([{ schema: 2 }, { issuer: "" }, { subject: 7 }, { boundAt: "noon" }])(
    "is not that with %j",
    (other) => {
      expect(parseAdministrator({ ...serialiseAdministrator(record), ...other })).toBeUndefined();
    },
  );
});
