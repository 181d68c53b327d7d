import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Listener } from "../../../src/app/runtime/listener.ts";
import { listen, noDrain } from "../../../src/app/runtime/listener.ts";

const opened: Listener[] = [];
afterEach(async () => {
  for (const listener of opened.splice(0)) await listener.close(noDrain);
});

/** A listener that responds at once, except to /slow, whose responses are left to the test. */
const start = async () => {
  const listener = await listen({ host: "127.0.0.1", port: 0, tls: false });
  opened.push(listener);
  const pending: ServerResponse[] = [];
  listener.answerWith((request, response) => {
    if (request.url === "/slow") pending.push(response);
    else response.end("done");
  });
  return { listener, pending };
};

/** A keep-alive connection. */
const keepAlive = async ({ port }: Listener) => {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
};

const send = (socket: Socket, path: string): void => {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
};

const answer = async (socket: Socket): Promise<string> => String((await once(socket, "data"))[0]);

describe("a listener that closes", () => {
  test("responds on open connections, with Connection: close", async () => {
    const { listener } = await start();
    const socket = await keepAlive(listener);
    send(socket, "/");
    expect(await answer(socket)).toMatch(/^Connection: keep-alive/m);
    const closed = listener.close({ busy: 5000, idle: 5000 });
    await pause(50);
    send(socket, "/");
    expect(await answer(socket)).toMatch(/^HTTP\/1.1 200 OK.*^Connection: close/ms);
    await closed;
  });

  test("finishes requests in progress, and then closes their connections", async () => {
    const { listener, pending } = await start();
    const socket = await keepAlive(listener);
    send(socket, "/slow");
    await expect.poll(() => pending.length).toBe(1);
    const closed = listener.close({ busy: 5000, idle: 0 });
    await pause(50);
    pending[0]?.end("at last");
    expect(await answer(socket)).toMatch(/^Connection: close.*at last/ms);
    await closed;
  });

  test("accepts no new connections from the beginning", async () => {
    const { listener } = await start();
    const socket = await keepAlive(listener);
    const { port } = listener;
    const closed = listener.close({ busy: 5000, idle: 5000 });
    await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    socket.destroy();
    await closed;
  });

  test("waits no longer than its timeouts for idle and busy connections", async () => {
    const { listener, pending } = await start();
    const [idle, busy] = [await keepAlive(listener), await keepAlive(listener)];
    send(idle, "/");
    await answer(idle);
    send(busy, "/slow");
    await expect.poll(() => pending.length).toBe(1);
    busy.on("error", () => undefined);
    const startedAt = performance.now();
    const endOf = async (socket: Socket) => {
      await once(socket, "close");
      return performance.now() - startedAt;
    };
    const times = [endOf(idle), endOf(busy)] as const;
    idle.resume();
    busy.resume();
    await listener.close({ busy: 400, idle: 100 });
    const [idleTime, busyTime] = await Promise.all(times);
    expect(idleTime).toBeGreaterThanOrEqual(95);
    expect(idleTime).toBeLessThan(390);
    expect(busyTime).toBeGreaterThanOrEqual(395);
  });
});
