import { problemOf } from "../../assets/api-request.js";

/** An upload is aborted when it makes no progress, and gets no response, for this long. */
const idleTimeoutMs = 300_000;

/**
 * Parses a header that is a List of Strings (RFC 9651 section 4.2.5).
 * @param {string | null} header
 */
const parseStrings = (header) =>
  [...(header ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));

/**
 * Sends a PUT by XMLHttpRequest, since fetch does not report an upload's progress. Never rejects: `problem` is
 * undefined on success, and `warnings` are about content that was accepted nevertheless.
 * @param {string} url
 * @param {File} body
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @param {(sent: number, total: number) => void} onProgress in bytes
 * @returns {Promise<{ status: number, problem: string | undefined, warnings: string[] }>}
 */
export const put = (url, body, headers, signal, onProgress) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    let timer = setTimeout(abort, idleTimeoutMs);
    /** @type {(status: number, problem: string | undefined) => void} */
    const settle = (status, problem) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      resolve({ status, problem, warnings: parseStrings(request.getResponseHeader("Upload-Warnings")) });
    };
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(timer);
      timer = setTimeout(abort, idleTimeoutMs);
      onProgress(loaded, total);
    };
    request.onload = () => {
      const isOk = request.status >= 200 && request.status < 300;
      settle(request.status, isOk ? undefined : problemOf(request.status, request.responseText));
    };
    request.onerror = () => settle(0, problemOf(0, ""));
    request.onabort = () => settle(0, "Stopped before the server confirmed it.");
    signal.addEventListener("abort", abort);
    request.send(body);
  });
