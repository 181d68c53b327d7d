import { once } from "node:events";
import { connect } from "node:net";

/** Two addresses of 127.0.0.0/8, all of which are this machine's: a trusted proxy's, and another client's. */
export const proxy = "127.0.0.7";
export const untrusted = "127.0.0.8";

export interface RawAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly cookies: readonly string[];
  /** The whole response, unparsed. */
  readonly text: string;
}

/** Sends these lines from this address, unchecked: HTTP libraries do not send malformed requests. */
export const say = async (origin: string, from: string, ...lines: readonly string[]): Promise<RawAnswer> => {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), localAddress: from });
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
  socket.write(`${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`);
  await once(socket, "close");
  const [head = ""] = text.split("\r\n\r\n");
  const named = (name: string) =>
    Array.from(head.matchAll(new RegExp(`^${name}: (.*)$`, "gim")), ([, value = ""]) => value);
  return {
    status: Number(head.split(" ")[1]),
    location: named("Location")[0],
    cookies: named("Set-Cookie"),
    text,
  };
};
