/**
 * The message of an error response for users: the `error` of its JSON, or a sentence of our own.
 * @param {number} status 0 when there was no response
 * @param {string} body
 * @returns {string}
 */
export const problemOf = (status, body) => {
  try {
    const { error } = JSON.parse(body);
    if (typeof error === "string" && error !== "") return error;
  } catch {
    // A proxy in between may respond with HTML.
  }
  return status === 0
    ? "The server could not be reached. Check your connection and try again."
    : `The server refused this (status ${status}). Try again, or tell the people who run it.`;
};

const timeoutMs = 60_000;

/**
 * Sends a request; `problem` is undefined when it succeeded, and `status` is 0 when there was no response. Never rejects.
 * @param {string} url
 * @param {RequestInit & { headers?: Record<string, string> }} options
 */
export const send = async (url, options) => {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { Accept: "application/json", ...options.headers };
    const response = await fetch(url, { cache: "no-store", ...options, headers, signal });
    const text = await response.text();
    const problem = response.ok ? undefined : problemOf(response.status, text);
    return { status: response.status, text, etag: response.headers.get("ETag") ?? "", problem };
  } catch {
    return { status: 0, text: "", etag: "", problem: problemOf(0, "") };
  }
};
