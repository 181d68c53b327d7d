import { expect, test } from "vitest";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import { maxMemberships } from "../../../src/domain/people/group-people.ts";
import type { RecordId } from "../../../src/domain/records/record.ts";
import { maxEventLoopDelay } from "../../support/measuring/event-loop-delay.ts";
import { testServer } from "../../support/server/test-server.ts";

/** In milliseconds; promised are 50 on an idle machine, and other tests may run concurrently. */
const bound = 200;

const server = testServer();

test("the page of a group with as many memberships as there is room for blocks nobody, and is small", async () => {
  const { store, root } = await server.stored.openRecords();
  const key = { kind: "memberships", id: "test-private" as RecordId } as const;
  const memberships = Array.from({ length: maxMemberships }, (_, index) => ({
    username: `person${index}@lakeside.example`,
    role: "viewers",
    addedBy: "olivia",
    addedAt: Math.floor(Date.now() / 1000),
  }));
  await objectRecords(store, root).write(
    key,
    { schema: 1, memberships },
    "any",
    new AbortController().signal,
  );
  await store.close();
  const Authorization = await server.bearer("olivia", "test-private/owners");
  const headers = { Accept: "text/html", "Accept-Encoding": "gzip", Authorization };
  const ask = (query: string) =>
    server.ask({ path: `/groups/test-private/settings/members${query}`, headers });
  await ask("");
  const { delayMs, result } = await maxEventLoopDelay(() =>
    Promise.all([ask(""), ask("?page=4"), ask("?q=9")]),
  );
  expect(result.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(delayMs).toBeLessThan(bound);
  for (const { text } of result) expect(text.length).toBeLessThan(60_000);
});
