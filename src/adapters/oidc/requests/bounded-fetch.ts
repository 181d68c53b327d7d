import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import { parseObject } from "../../../domain/json-object.ts";

/** Far more than any discovery document, key set or token response has. */
const maxBytes = 1024 * 1024;

/** A response of the provider's, read to its end. */
export interface BoundedResponse {
  readonly status: number;
  readonly text: string;
}

export interface BoundedFetch {
  /**
   * Sends a request and reads the whole response, within the timeout and the size limit. Redirects are not followed,
   * since credentials must not reach a URL that the operator has not configured. Throws ProviderDown.
   */
  send(url: string, init?: RequestInit): Promise<BoundedResponse>;
  /** Aborts the requests in flight. */
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
  const inFlight = new Set<AbortController>();
  return {
    async send(url, init) {
      const controller = new AbortController();
      const timer = setTimeout(
        () => controller.abort(new Error(`No whole answer within ${timeout} s`)),
        timeout * 1000,
      );
      inFlight.add(controller);
      try {
        const response = await fetch(url, { ...init, redirect: "manual", signal: controller.signal });
        return { status: response.status, text: await readBounded(response) };
      } catch (cause) {
        throw new ProviderDown({ cause });
      } finally {
        clearTimeout(timer);
        inFlight.delete(controller);
      }
    },
    close() {
      for (const controller of inFlight) controller.abort(new Error("The server is stopping"));
    },
  };
};

/**
 * Parses a response's JSON object. Throws ProviderDown, whose cause does not quote the text as JSON.parse's errors do,
 * since it may hold tokens.
 */
export const jsonBody = ({ status, text }: BoundedResponse): JsonObject => {
  const body = parseObject(text);
  if (body !== undefined) return body;
  throw new ProviderDown({ cause: new Error(`An answer with status ${status} is not a JSON object`) });
};
