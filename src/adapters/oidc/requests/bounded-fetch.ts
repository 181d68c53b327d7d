import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import { parseObject } from "../../../domain/json-object.ts";

/** No metadata, key set or token answer is anywhere near this. */
const maxBytes = 1024 * 1024;

/** A whole answer of the provider's. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface BoundedFetch {
  /**
   * Sends a request and reads its answer to the end, within the time limit and the size bound. Redirects are
   * answers too: nothing that we send may end up at an address that the operator has not named.
   * Throws ProviderDown.
   */
  send(url: string, init?: RequestInit): Promise<Answer>;
  /** Breaks off what is under way. */
  close(): void;
}

const readBounded = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`The answer is larger than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

export const boundedFetch = (timeout: Seconds): BoundedFetch => {
  const underWay = new Set<AbortController>();
  return {
    async send(url, init) {
      const controller = new AbortController();
      const timer = setTimeout(
        () => controller.abort(new Error(`No whole answer within ${timeout} s`)),
        timeout * 1000,
      );
      underWay.add(controller);
      try {
        const response = await fetch(url, { ...init, redirect: "manual", signal: controller.signal });
        return { status: response.status, text: await readBounded(response) };
      } catch (cause) {
        throw new ProviderDown({ cause });
      } finally {
        clearTimeout(timer);
        underWay.delete(controller);
      }
    },
    close() {
      for (const controller of underWay) controller.abort(new Error("The server is stopping"));
    },
  };
};

/** An answer's JSON object. The cause never quotes the text, as JSON.parse does: it may hold tokens. */
export const jsonObject = (answer: Answer): JsonObject => {
  const value = parseObject(answer.text);
  if (value !== undefined) return value;
  throw new ProviderDown({ cause: new Error(`An answer with status ${answer.status} is not a JSON object`) });
};
