import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export const answerJson = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
};

export const answerHtml = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "content-type": "text/html" });
  response.end("<!doctype html><title>Down for maintenance</title>");
};

export const redirect = (response: ServerResponse, location: string): void => {
  response.writeHead(302, { location });
  response.end();
};

const oversized = `{"keys":[],"padding":"${"x".repeat(2 * 1024 * 1024)}"}`;

const answerOversized = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(oversized);
};

/** Sends less than its Content-Length says. */
const breakOff = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"access_token":', () => response.destroy());
};

/**
 * Sends a response that ignores the request, if the flaw is of that kind; false if it is not. The flaw of a slow
 * answer only waits, and returns false too.
 */
export const answerBadly = async (
  response: ServerResponse,
  flaw: string | undefined,
  slowness: number,
): Promise<boolean> => {
  switch (flaw?.replace(/^(jwks|discovery)-/, "")) {
    case "500":
    case "server-error":
      answerJson(response, 500, { error: "server_error", keys: [] });
      return true;
    case "html":
      answerHtml(response, 200);
      return true;
    case "html-403":
      answerHtml(response, 403);
      return true;
    case "html-404":
      answerHtml(response, 404);
      return true;
    case "array":
    case "json-array":
      answerJson(response, 200, [{ access_token: "access", id_token: "id", refresh_token: "refresh" }]);
      return true;
    case "oversized":
      answerOversized(response);
      return true;
    case "broken-off":
      breakOff(response);
      return true;
    case "redirected":
      response.writeHead(307, { location: "/strangers-keys" });
      response.end();
      return true;
    case "hang-up":
      response.destroy();
      return true;
    case "slow":
      await sleep(slowness * 1000, undefined, { ref: false });
      return false;
    default:
      return false;
  }
};
