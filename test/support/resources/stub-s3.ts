import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { S3Options } from "../../../src/adapters/s3/connection.ts";

export interface StubS3 {
  readonly options: S3Options;
  /** The method and the path with query of each request, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A store with programmable responses, for those that a real store does not give on request. */
export const startStubS3 = async (
  answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
): Promise<StubS3> => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    options: {
      bucket: "bucket",
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "tests", secretAccessKey: "a-secret-of-the-tests" },
    },
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** An S3 error response, with a request id as every response of S3 has. */
export const s3Error = (response: ServerResponse, status: number, code: string): void => {
  response.writeHead(status, { "content-type": "application/xml", "x-amz-request-id": "17A" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is.</Message></Error>`);
};
