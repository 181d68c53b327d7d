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

describe("answers of an S3 store", () => {
  it("says that there is no object only when the store does", async () => {
    const { store } = await openOn((_, response) => s3Error(response, 404, "NoSuchKey"));
    expect(await store.read(key, never)).toBeUndefined();
    expect(await store.stat(key, never)).toBeUndefined();
  });

  it("takes a 403 without a word, as HEAD has it, for no answer about the object", async () => {
    const { store } = await openOn((_, response) => response.writeHead(403).end());
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
  });

  it("asks by GET what a 403 of HEAD is about", async () => {
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

  const sayingNothing: readonly (readonly [string, (response: ServerResponse) => unknown])[] = [
    [
      "a page",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<p><b>Hello</b></p>"),
    ],
    ["nothing", (response) => response.writeHead(200).end()],
  ];

  it.each(sayingNothing)("takes no upload for stored that is answered with 200 and %s", async (_, answer) => {
    const { store } = await openOn((request, response) => {
      request.resume().once("end", () => answer(response));
    });
    await expect(put(store)).rejects.toBeInstanceOf(StoreDown);
  });

  it.each([
    ["names the object and, as Ceph RGW 16, no tag", `<Key>${key}</Key><ETag></ETag>`, "done"],
    ["names neither", "", "StoreDown"],
  ])("of an upload in parts: when the last answer %s", async (_, said, expected) => {
    const { store } = await openOn((request, response) => {
      request.resume().once("end", () => {
        if (request.method === "PUT") return response.writeHead(200, headers()).end();
        const result = request.url?.includes("uploads") ? "<UploadId>1</UploadId>" : said;
        response.writeHead(200, { "content-type": "application/xml" }).end(`<Result>${result}</Result>`);
      });
    });
    const content = { contentType: "application/json", body: bodyOf("x".repeat(6_000_000)) };
    const written = store.write(key, content, { kind: "none" }, never);
    expect(await written.catch((error: Error) => error.constructor.name)).toBe(expected);
  });

  it.each(sayingNothing)("takes no 200 with %s for a list, an object, or readiness", async (_, answer) => {
    const { store } = await openOn((_request, response) => answer(response));
    await expect(listOf(store)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.ready(never)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
  });

  it("takes nothing for removed that is still there after a 200", async () => {
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

  it("takes a 404 of somebody before the store for none of the store's", async () => {
    const notFound = (response: ServerResponse) =>
      response.writeHead(404, { "content-type": "text/plain" }).end("default backend - 404");
    const { store } = await openOn((_, response) => notFound(response));
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.remove(key, { kind: "none" }, never)).rejects.toBeInstanceOf(StoreDown);
    const { store: unnumbered } = await openOn((request, response) =>
      request.method === "HEAD" ? notFound(response) : s3Error(response, 404, "NoSuchKey"),
    );
    expect(await unnumbered.stat(key, never)).toBeUndefined();
    const { store: conditional } = await openOn((request, response) => {
      if (request.method === "PUT") request.resume().once("end", () => notFound(response));
      else s3Error(response, 404, "NoSuchKey");
    });
    await expect(put(conditional, "absent")).rejects.toBeInstanceOf(StoreDown);
  });

  it("takes a date that is none for a fault of the store's, and not for one of ours", async () => {
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
  ])("ends a list that names %s, and says that it is the store's fault", async (_, more) => {
    const { store, stub } = await openOn(pageOf((nth) => isTruncated(true, more(nth))));
    await expect(listOf(store)).rejects.toBeInstanceOf(StoreDown);
    expect(stub.requests.length).toBeLessThan(6);
  });

  it("ends a list where the store says so, whatever else it names", async () => {
    const { store } = await openOn(pageOf((nth) => isTruncated(false, next(String(nth)))));
    expect(await listOf(store)).toEqual(["a.json"]);
  });

  it("leaves out a key that makes no sense, and lists the others", async () => {
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
  ])("does not take %i %s for that", async (status, code) => {
    const { store } = await openOn((_, response) => s3Error(response, status, code));
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
  });

  it("asks again when the store wants it slower", async () => {
    const { store, stub } = await openOn((_, response, nth) => {
      if (nth < 3) return s3Error(response, 503, "SlowDown");
      response.writeHead(200, headers({ "content-length": "2" })).end("{}");
    });
    const object = await store.read(key, never);
    expect(Buffer.concat(await Array.fromAsync(object?.body ?? [])).toString()).toBe("{}");
    expect(stub.requests).toHaveLength(3);
  });

  it("asks again on a new connection when the store has closed the kept one", async () => {
    const { store, stub } = await openOn((_, response, nth) => {
      if (nth === 2) return response.destroy();
      response.writeHead(200, headers({ "content-length": "0" })).end();
    });
    expect(await store.stat(key, never)).toBeDefined();
    expect(await store.stat(key, never)).toBeDefined();
    expect(stub.requests).toHaveLength(3);
  });

  it("gives up within five seconds when the store always wants it slower", async () => {
    const { store, stub } = await openOn((_, response) => s3Error(response, 503, "SlowDown"));
    const began = performance.now();
    await expect(store.read(key, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(put(store)).rejects.toBeInstanceOf(StoreDown);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(stub.requests.length).toBeLessThanOrEqual(6);
  });

  it("waits as long as it is told, and longer for an upload's completion", async () => {
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
    const { store: patient } = await openOn(slow, { timeout: 3 });
    expect(await patient.stat(key, never)).toBeDefined();
  });

  it.each([
    [507, "XMinioStorageFull"],
    [507, "InsufficientStorage"],
    [403, "QuotaExceeded"],
    [400, "XMinioAdminBucketQuotaExceeded"],
  ])("is full when it says %i %s to an upload, and nothing else is", async (status, code) => {
    const { store } = await openOn((request, response) =>
      request.resume().once("end", () => s3Error(response, status, code)),
    );
    await expect(put(store)).rejects.toBeInstanceOf(StoreFull);
    const { store: denied } = await openOn((request, response) =>
      request.resume().once("end", () => s3Error(response, 403, "AccessDenied")),
    );
    await expect(put(denied)).rejects.not.toBeInstanceOf(StoreFull);
  });

  it("never takes a body that broke off for a whole one", async () => {
    const { store } = await openOn((_, response) => {
      response.writeHead(200, headers({ "content-length": "1000" }));
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    });
    const object = await store.read(key, never);
    await expect(Array.fromAsync(object?.body ?? [])).rejects.toBeInstanceOf(StoreDown);
  });

  it("does not ask a second time for whether its own write was the one that is there", async () => {
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

  it("addresses the bucket by path where an endpoint is given", async () => {
    const { store, stub } = await openOn((_, response) =>
      response.writeHead(200, headers({ "content-length": "0" })).end(),
    );
    await store.stat(key, never);
    expect(stub.requests).toEqual(["HEAD /bucket/blab/datasets/a.json"]);
  });

  it("goes through the proxy that the environment names, but not past no_proxy", async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(String(request.url));
      response.writeHead(200, headers({ "content-length": "0" })).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => void proxy.close(() => resolve())));
    const http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const endpoint = "http://store.example.org";
    const first = await openOn(() => undefined, { endpoint, proxies: { http_proxy } });
    expect(await first.store.stat(key, never)).toMatchObject({ size: 0 });
    expect(asked).toEqual([`${endpoint}/bucket/blab/datasets/a.json`]);

    const { store, stub } = await openOn(
      (_, response) => response.writeHead(200, headers({ "content-length": "0" })).end(),
      { proxies: { http_proxy, no_proxy: "127.0.0.1" } },
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
  ])("reads the stored encoding %j as %j", async (stored, encoding) => {
    const { store } = await openOn((_, response) =>
      response.writeHead(200, headers({ "content-encoding": stored, "content-length": "3" })).end(),
    );
    expect((await store.stat(key, never))?.contentEncoding).toBe(encoding);
  });

  it("refuses an object in an encoding that it does not know", async () => {
    const { store } = await openOn((_, response) =>
      response.writeHead(200, headers({ "content-encoding": "br", "content-length": "3" })).end("abc"),
    );
    await expect(store.read(key, never)).rejects.toBeInstanceOf(UnusableObject);
    await expect(store.stat(key, never)).rejects.toBeInstanceOf(UnusableObject);
  });

  it("lists all pages, with names that XML could not hold", async () => {
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

  it("tells nobody of the keys that it signs with", async () => {
    const { store, stub } = await openOn((_, response) => s3Error(response, 403, "SignatureDoesNotMatch"));
    const error = await store.read(key, never).catch((thrown: unknown) => thrown);
    const told = inspect(error, { depth: 10, showHidden: true });
    expect(told).not.toContain(stub.options.credentials?.secretAccessKey);
    expect(told).not.toContain("Signature=");
  });

  it.each([
    [403, "AccessDenied"],
    [403, "InvalidAccessKeyId"],
    [404, "NoSuchBucket"],
  ])("is not ready while the store says %i %s to a list, and says so", async (status, code) => {
    const { store } = await openOn((_, response) => s3Error(response, status, code));
    await expect(store.ready(never)).rejects.toMatchObject({ cause: { name: code } });
  });

  it("needs no region where it has an endpoint", async () => {
    const { stub } = await openOn((_, response) => s3Error(response, 404, "NoSuchKey"));
    const { region: _, ...options } = stub.options;
    const store = openS3Store(options);
    closers.push(() => store.close());
    expect(await store.read(key, never)).toBeUndefined();
  });
});
