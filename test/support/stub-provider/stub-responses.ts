import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export const sendJson = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
};

export const sendHtml = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "content-type": "text/html" });
  response.end("<!doctype html><title>Down for maintenance</title>");
};

export const redirect = (response: ServerResponse, location: string): void => {
  response.writeHead(302, { location });
  response.end();
};

const oversized = `{"keys":[],"padding":"${"x".repeat(2 * 1024 * 1024)}"}`;

const sendOversized = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(oversized);
};

/** Sends less than its Content-Length. */
const sendTruncated = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"access_token":', () => response.destroy());
};

/**
 * Sends the faulty response, if the fault is one that does not depend on the request. False: the caller has to respond,
 * in the case of "slow" after a delay.
 */
export const sendFaultyResponse = async (
  response: ServerResponse,
  fault: string | undefined,
  responseDelay: number,
): Promise<boolean> => {
  switch (fault?.replace(/^(jwks|discovery)-/, "")) {
    case "500":
    case "server-error":
      sendJson(response, 500, { error: "server_error", keys: [] });
      return true;
    case "html":
      sendHtml(response, 200);
      return true;
    case "html-403":
      sendHtml(response, 403);
      return true;
    case "html-404":
      sendHtml(response, 404);
      return true;
    case "array":
    case "json-array":
      sendJson(response, 200, [{ access_token: "access", id_token: "id", refresh_token: "refresh" }]);
      return true;
    case "oversized":
      sendOversized(response);
      return true;
    case "truncated-body":
      sendTruncated(response);
      return true;
    case "redirected":
      response.writeHead(307, { location: "/attacker-keys" });
      response.end();
      return true;
    case "connection-reset":
      response.destroy();
      return true;
    case "slow":
      await sleep(responseDelay * 1000, undefined, { ref: false });
      return false;
    default:
      return false;
  }
};
