import { describe, expect, it } from "vitest";
import { dayOf, endOfDay, parseDay } from "../../src/domain/calendar-day.ts";

const day = (text: string) => parseDay(text) ?? expect.unreachable();

describe("a day of the calendar", () => {
  it.each(["2027-01-31", "2028-02-29", "0001-01-01"])("is %s", (text) => {
    expect(parseDay(text)).toBe(text);
  });

  it.each(["2027-02-29", "2027-13-01", "2027-1-31", "31.1.2027", "2027-01-31T00:00:00Z", "", 20270131, null])(
    "is not %j",
    (value) => {
      expect(parseDay(value)).toBeUndefined();
    },
  );

  it("ends with its last second, in UTC", () => {
    const end = Date.UTC(2027, 1, 1) / 1000;
    expect(endOfDay(day("2027-01-31"))).toBe(end);
    expect([dayOf(end - 1), dayOf(end)]).toEqual(["2027-01-31", "2027-02-01"]);
  });
});
