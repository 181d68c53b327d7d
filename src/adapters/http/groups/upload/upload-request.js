import { problemOf } from "../../assets/api-request.js";

/** An upload is aborted when it makes no progress, and gets no response, for this long. */
const patienceMs = 300_000;

/**
 * Parses a header that is a List of Strings (RFC 9651 section 4.2.5).
 * @param {string | null} header
 */
const sentencesOf = (header) =>
  [...(header ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));

/**
 * Sends a PUT by XMLHttpRequest, since fetch does not report an upload's progress. Never rejects: `problem` is
 * undefined on success, and `warnings` are about content that was accepted nevertheless.
 * @param {string} address
 * @param {File} body
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @param {(sent: number, total: number) => void} tellProgress in bytes
 * @returns {Promise<{ status: number, problem: string | undefined, warnings: string[] }>}
 */
export const put = (address, body, headers, signal, tellProgress) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const giveUp = () => request.abort();
    let timer = setTimeout(giveUp, patienceMs);
    /** @type {(status: number, problem: string | undefined) => void} */
    const finish = (status, problem) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      resolve({ status, problem, warnings: sentencesOf(request.getResponseHeader("Upload-Warnings")) });
    };
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, patienceMs);
      tellProgress(loaded, total);
    };
    request.onload = () => {
      const isGood = request.status >= 200 && request.status < 300;
      finish(request.status, isGood ? undefined : problemOf(request.status, request.responseText));
    };
    request.onerror = () => finish(0, problemOf(0, ""));
    request.onabort = () => finish(0, "Stopped before the server confirmed it.");
    signal.addEventListener("abort", giveUp);
    request.send(body);
  });
