import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { S3Options } from "../../../src/adapters/s3/connection.ts";
import { StoreDown, StoreFull, UnusableObject } from "../../../src/domain/failure.ts";
import type { KeyPrefix, ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";
import type { StubS3 } from "../../support/resources/stub-s3.ts";
import { s3Error, startStubS3 } from "../../support/resources/stub-s3.ts";
import { openS3Store } from "../../support/stores/open-s3-store.ts";

const never = new AbortController().signal;
const key = "blab/datasets/a.json" as ObjectKey;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

const openOn = async (
  answer: Answer,
  more: Partial<S3Options> = {},
): Promise<{ store: ResourceStore; stub: StubS3 }> => {
  const stub = await startStubS3(answer);
  const store = openS3Store({ ...stub.options, ...more });
  closers.push(
    () => store.close(),
    () => stub.close(),
  );
  return { store, stub };
};

const headers = (more: Record<string, string> = {}) => ({
  etag: '"abc"',
  "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  "content-type": "application/json",
  ...more,
});

async function* bodyOf(...chunks: string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const put = (store: ResourceStore, kind: "none" | "absent" = "none") =>
  store.write(key, { contentType: "application/json", body: bodyOf("{}") }, { kind }, never);

const listOf = (store: ResourceStore) => Array.fromAsync(store.list("blab/datasets/" as KeyPrefix, never));

describe("the S3 adapter", () => {
  it("finds no object when the store answers NoSuchKey", async () => {
    const { store } = await openOn((_, response) => s3Error(response, 404, "NoSuchKey"));
    expect(await store.read(key, never)).toBeUndefined();
    expect(await store.stat(key, never)).toBeUndefined();
  });

  it("treats a 403 to HEAD without a body as an outage", async () => {
    const { store } = await openOn((_, response) => response.writeHead(403).end());
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
  });

  it("sends GET after a 403 to HEAD, to learn its error code", async () => {
    const forbidden =
      (status: number, code: string) => (request: IncomingMessage, response: ServerResponse) =>
        request.method === "HEAD" ? response.writeHead(403).end() : s3Error(response, status, code);
    const { store: refused } = await openOn(forbidden(403, "InvalidAccessKeyId"));
    await expect(refused.stat(key, never)).rejects.toMatchObject({ cause: { name: "InvalidAccessKeyId" } });
    const { store: without } = await openOn(forbidden(404, "NoSuchKey"));
    expect(await without.stat(key, never)).toBeUndefined();
    const { store } = await openOn((request, response) => {
      if (request.method === "HEAD") response.writeHead(403).end();
      else response.writeHead(200, headers({ "content-length": "2" })).end("{}");
    });
    expect(await store.stat(key, never)).toMatchObject({ size: 2, etag: '"abc"' });
  });

  const foreignAnswers: readonly (readonly [string, (response: ServerResponse) => unknown])[] = [
    [
      "a page",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<p><b>Hello</b></p>"),
    ],
    ["nothing", (response) => response.writeHead(200).end()],
  ];

  it.each(foreignAnswers)("treats 200 with %s to an upload as an outage", async (_, answer) => {
    const { store } = await openOn((request, response) => {
      request.resume().once("end", () => answer(response));
    });
    await expect(put(store)).rejects.toBeInstanceOf(StoreDown);
  });

  it.each([
    ["names the object and, as Ceph RGW 16, no tag", `<Key>${key}</Key><ETag></ETag>`, "done"],
    ["names neither", "", "StoreDown"],
  ])("completes a multipart upload by what the answer names: one that %s", async (_, fields, expected) => {
    const { store } = await openOn((request, response) => {
      request.resume().once("end", () => {
        if (request.method === "PUT") return response.writeHead(200, headers()).end();
        const result = request.url?.includes("uploads") ? "<UploadId>1</UploadId>" : fields;
        response.writeHead(200, { "content-type": "application/xml" }).end(`<Result>${result}</Result>`);
      });
    });
    const content = { contentType: "application/json", body: bodyOf("x".repeat(6_000_000)) };
    const written = store.write(key, content, { kind: "none" }, never);
    expect(await written.catch((error: Error) => error.constructor.name)).toBe(expected);
  });

  it.each(foreignAnswers)(
    "treats 200 with %s as an outage, not as a list, an object or readiness",
    async (_, answer) => {
      const { store } = await openOn((_request, response) => answer(response));
      await expect(listOf(store)).rejects.toBeInstanceOf(StoreDown);
      await expect(store.ready(never)).rejects.toBeInstanceOf(StoreDown);
      await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
      await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
    },
  );

  it("treats 200 to DELETE as an outage if the object still exists", async () => {
    let isThere = true;
    const { store } = await openOn((request, response) => {
      if (request.method === "DELETE") response.writeHead(200).end("<p>Hello</p>");
      else if (isThere) response.writeHead(200, headers({ "content-length": "2" })).end();
      else s3Error(response, 404, "NoSuchKey");
    });
    await expect(store.remove(key, { kind: "none" }, never)).rejects.toBeInstanceOf(StoreDown);
    isThere = false;
    expect(await store.remove(key, { kind: "none" }, never)).toBe("done");
  });

  it("treats a 404 of a proxy before the store as an outage", async () => {
    const notFound = (response: ServerResponse) =>
      response.writeHead(404, { "content-type": "text/plain" }).end("default backend - 404");
    const { store } = await openOn((_, response) => notFound(response));
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.remove(key, { kind: "none" }, never)).rejects.toBeInstanceOf(StoreDown);
    const { store: withoutRequestId } = await openOn((request, response) =>
      request.method === "HEAD" ? notFound(response) : s3Error(response, 404, "NoSuchKey"),
    );
    expect(await withoutRequestId.stat(key, never)).toBeUndefined();
    const { store: conditional } = await openOn((request, response) => {
      if (request.method === "PUT") request.resume().once("end", () => notFound(response));
      else s3Error(response, 404, "NoSuchKey");
    });
    await expect(put(conditional, "absent")).rejects.toBeInstanceOf(StoreDown);
  });

  it("treats an invalid date as an outage, not as a programming error", async () => {
    const { store } = await openOn((_, response) =>
      response
        .writeHead(200, headers({ "last-modified": "yesterday", "content-length": "2" }))
        .end("<R><Name>b</Name><Contents><Key>a</Key><LastModified>then</LastModified></Contents></R>"),
    );
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(listOf(store)).rejects.toBeInstanceOf(StoreDown);
  });

  const pageOf =
    (more: (nth: number) => string): Answer =>
    (_, response, nth) => {
      response.writeHead(200, { "content-type": "application/xml" });
      const contents = "<Contents><Key>blab/datasets/a.json</Key></Contents>";
      response.end(`<?xml version="1.0"?><ListBucketResult>${more(nth)}${contents}</ListBucketResult>`);
    };
  const isTruncated = (is: boolean, next = "") => `<IsTruncated>${is}</IsTruncated>${next}`;
  const next = (token: string) => `<NextContinuationToken>${token}</NextContinuationToken>`;

  it.each([
    ["the same page again and again", () => next("again")],
    ["some pages in turn", (nth: number) => next(`${nth % 3}`)],
    ["no next page, though there is one", () => ""],
  ])("treats a list that continues with %s as an outage", async (_, more) => {
    const { store, stub } = await openOn(pageOf((nth) => isTruncated(true, more(nth))));
    await expect(listOf(store)).rejects.toBeInstanceOf(StoreDown);
    expect(stub.requests.length).toBeLessThan(6);
  });

  it("ends a list at IsTruncated=false, even with a continuation token", async () => {
    const { store } = await openOn(pageOf((nth) => isTruncated(false, next(String(nth)))));
    expect(await listOf(store)).toEqual(["a.json"]);
  });

  it("leaves out a key that cannot be decoded, and lists the others", async () => {
    const { store } = await openOn((_, response) => {
      response.writeHead(200, { "content-type": "application/xml" });
      const keys = [
        "blab/datasets/a.json",
        "blab/datasets/%E0%A4%A",
        "elsewhere/b.json",
        "blab/datasets/c.json",
      ];
      const contents = keys.map((name) => `<Contents><Key>${name}</Key></Contents>`).join("");
      response.end(
        `<?xml version="1.0"?><ListBucketResult><KeyCount>4</KeyCount><EncodingType>url</EncodingType>${contents}</ListBucketResult>`,
      );
    });
    const names = await Array.fromAsync(store.list("blab/datasets/" as KeyPrefix, never));
    expect(names).toEqual(["a.json", "c.json"]);
  });

  it.each([
    [403, "SignatureDoesNotMatch"],
    [403, "InvalidAccessKeyId"],
    [403, "AccessDenied"],
    [404, "NoSuchBucket"],
  ])("treats %i %s as an outage", async (status, code) => {
    const { store } = await openOn((_, response) => s3Error(response, status, code));
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
  });

  it("retries after SlowDown", async () => {
    const { store, stub } = await openOn((_, response, nth) => {
      if (nth < 3) return s3Error(response, 503, "SlowDown");
      response.writeHead(200, headers({ "content-length": "2" })).end("{}");
    });
    const object = await store.read(key, never);
    expect(Buffer.concat(await Array.fromAsync(object?.body ?? [])).toString()).toBe("{}");
    expect(stub.requests).toHaveLength(3);
  });

  it("retries on a new connection when the store has closed the keep-alive connection", async () => {
    const { store, stub } = await openOn((_, response, nth) => {
      if (nth === 2) return response.destroy();
      response.writeHead(200, headers({ "content-length": "0" })).end();
    });
    expect(await store.stat(key, never)).toBeDefined();
    expect(await store.stat(key, never)).toBeDefined();
    expect(stub.requests).toHaveLength(3);
  });

  it("gives up within five seconds when the store keeps answering SlowDown", async () => {
    const { store, stub } = await openOn((_, response) => s3Error(response, 503, "SlowDown"));
    const began = performance.now();
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(put(store)).rejects.toBeInstanceOf(StoreDown);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(stub.requests.length).toBeLessThanOrEqual(6);
  });

  it("waits for the configured timeout, and longer for an upload's completion", async () => {
    const isCompletion = ({ method, url }: IncomingMessage) => method === "POST" && url?.includes("uploadId");
    const slow = (request: IncomingMessage, response: ServerResponse) => {
      const answer = () => {
        if (request.method === "POST") {
          response.writeHead(200, { "content-type": "application/xml" });
          response.end('<?xml version="1.0"?><R><UploadId>u</UploadId><ETag>"abc"</ETag></R>');
        } else
          response.writeHead(200, headers(request.method === "HEAD" ? { "content-length": "0" } : {})).end();
      };
      const wait = request.method === "HEAD" || isCompletion(request) ? 1500 : 0;
      request.resume().once("end", () => setTimeout(answer, wait));
    };
    const { store } = await openOn(slow, { timeout: 1 });
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
    const large = { contentType: "application/json", body: bodyOf("x".repeat(5e6), "y".repeat(5e6)) };
    expect(await store.write(key, large, { kind: "none" }, never)).toBe("done");
    const { store: slower } = await openOn(slow, { timeout: 3 });
    expect(await slower.stat(key, never)).toBeDefined();
  });

  it.each([
    [507, "XMinioStorageFull"],
    [507, "InsufficientStorage"],
    [403, "QuotaExceeded"],
    [400, "XMinioAdminBucketQuotaExceeded"],
  ])("reports a full store at %i %s to an upload", async (status, code) => {
    const { store } = await openOn((request, response) =>
      request.resume().once("end", () => s3Error(response, status, code)),
    );
    await expect(put(store)).rejects.toBeInstanceOf(StoreFull);
    const { store: denied } = await openOn((request, response) =>
      request.resume().once("end", () => s3Error(response, 403, "AccessDenied")),
    );
    await expect(put(denied)).rejects.not.toBeInstanceOf(StoreFull);
  });

  it("throws when a body is shorter than its Content-Length", async () => {
    const { store } = await openOn((_, response) => {
      response.writeHead(200, headers({ "content-length": "1000" }));
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    });
    const object = await store.read(key, never);
    await expect(Array.fromAsync(object?.body ?? [])).rejects.toBeInstanceOf(StoreDown);
  });

  it("treats a failed condition after a retry as an outage, since the first attempt may have written", async () => {
    let puts = 0;
    const { store } = await openOn((request, response) => {
      if (request.method === "HEAD") return s3Error(response, 404, "NotFound");
      request.resume().on("end", () => {
        // The first PUT was carried out, and only its answer got lost.
        if (++puts === 1) response.destroy();
        else s3Error(response, 412, "PreconditionFailed");
      });
    });
    await expect(put(store, "absent")).rejects.toBeInstanceOf(StoreDown);
  });

  it("sends plain bodies, without checksums or chunk signatures", async () => {
    let sent: { headers: IncomingMessage["headers"]; body: string } | undefined;
    const { store } = await openOn((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        sent = { headers: request.headers, body: Buffer.concat(chunks).toString() };
        response.writeHead(200, headers()).end();
      });
    });
    await put(store);
    expect(sent?.body).toBe("{}");
    expect(sent?.headers["x-amz-content-sha256"]).toBe("UNSIGNED-PAYLOAD");
    expect(sent?.headers["content-length"]).toBe("2");
    const names = Object.keys(sent?.headers ?? {});
    expect(names.filter((name) => /checksum|trailer|decoded/.test(name))).toEqual([]);
    expect(sent?.headers).not.toHaveProperty("content-encoding");
  });

  it("uses path-style addresses with an endpoint", async () => {
    const { store, stub } = await openOn((_, response) =>
      response.writeHead(200, headers({ "content-length": "0" })).end(),
    );
    await store.stat(key, never);
    expect(stub.requests).toEqual(["HEAD /bucket/blab/datasets/a.json"]);
  });

  it("uses http_proxy, except for hosts in no_proxy", async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(String(request.url));
      response.writeHead(200, headers({ "content-length": "0" })).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => void proxy.close(() => resolve())));
    const http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const endpoint = "http://store.example.org";
    const first = await openOn(() => undefined, { endpoint, proxyEnv: { http_proxy } });
    expect(await first.store.stat(key, never)).toMatchObject({ size: 0 });
    expect(asked).toEqual([`${endpoint}/bucket/blab/datasets/a.json`]);

    const { store, stub } = await openOn(
      (_, response) => response.writeHead(200, headers({ "content-length": "0" })).end(),
      { proxyEnv: { http_proxy, no_proxy: "127.0.0.1" } },
    );
    await store.stat(key, never);
    expect(stub.requests).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["gzip", "gzip"],
    ["aws-chunked,gzip", "gzip"],
    ["aws-chunked", undefined],
    ["", undefined],
  ])("parses the stored encoding %j as %j", async (stored, encoding) => {
    const { store } = await openOn((_, response) =>
      response.writeHead(200, headers({ "content-encoding": stored, "content-length": "3" })).end(),
    );
    expect((await store.stat(key, never))?.contentEncoding).toBe(encoding);
  });

  it("rejects an object with an unknown encoding", async () => {
    const { store } = await openOn((_, response) =>
      response.writeHead(200, headers({ "content-encoding": "br", "content-length": "3" })).end("abc"),
    );
    await expect(store.read(key, never)).rejects.toBeInstanceOf(UnusableObject);
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(UnusableObject);
  });

  it("lists all pages, with names that XML cannot represent", async () => {
    const page = (name: string, more: string) =>
      `<?xml version="1.0"?><ListBucketResult><Name>bucket</Name><EncodingType>url</EncodingType>${more}<Contents><Key>blab/datasets/${name}</Key></Contents></ListBucketResult>`;
    const { store } = await openOn((request, response) => {
      response.writeHead(200, { "content-type": "application/xml" });
      if (String(request.url).includes("continuation-token=two")) response.end(page("b+c%2B%01.json", ""));
      else response.end(page("", "<NextContinuationToken>two</NextContinuationToken>"));
    });
    const names = await Array.fromAsync(store.list("blab/datasets/" as KeyPrefix, never));
    expect(names).toEqual(["b c+\u0001.json"]);
  });

  it("has no credentials and signatures in its errors", async () => {
    const { store, stub } = await openOn((_, response) => s3Error(response, 403, "SignatureDoesNotMatch"));
    const error = await store.read(key, never).catch((thrown: unknown) => thrown);
    const inspected = inspect(error, { depth: 10, showHidden: true });
    expect(inspected).not.toContain(stub.options.credentials?.secretAccessKey);
    expect(inspected).not.toContain("Signature=");
  });

  it.each([
    [403, "AccessDenied"],
    [403, "InvalidAccessKeyId"],
    [404, "NoSuchBucket"],
  ])(
    "is not ready while the store answers %i %s to a list, and has that as the cause",
    async (status, code) => {
      const { store } = await openOn((_, response) => s3Error(response, status, code));
      await expect(store.ready(never)).rejects.toMatchObject({ cause: { name: code } });
    },
  );

  it("needs no region with an endpoint", async () => {
    const { stub } = await openOn((_, response) => s3Error(response, 404, "NoSuchKey"));
    const { region: _, ...options } = stub.options;
    const store = openS3Store(options);
    closers.push(() => store.close());
    expect(await store.read(key, never)).toBeUndefined();
  });
});
