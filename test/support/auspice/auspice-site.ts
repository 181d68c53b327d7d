import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { openAssets } from "../../../src/adapters/auspice/assets.ts";
import { contentSecurityPolicy } from "../../../src/adapters/auspice/content-security-policy.ts";
import { findInstallation } from "../../../src/adapters/auspice/installation.ts";
import { sampleFiles, simulateOutbreak } from "../../../src/app/sample/outbreak.ts";
import type { GroupName } from "../../../src/domain/groups/group.ts";

export interface AuspiceSite {
  readonly url: string;
  /** Violations of the content security policy that browsers have reported, including those of workers. */
  readonly violations: { readonly directive: string; readonly blocked: string }[];
  close(): Promise<void>;
}

/** A minimal server with Auspice and the simulated outbreak. */
export const auspiceSite = async (): Promise<AuspiceSite> => {
  const assets = await openAssets(findInstallation());
  const files = new Map<string, Uint8Array>(
    sampleFiles(simulateOutbreak(), { name: "demo" as GroupName, isPublic: true }, "https://example.org").map(
      (file) => [file.key, file.content],
    ),
  );
  const violations: AuspiceSite["violations"] = [];

  const charon = ({ pathname, searchParams }: URL): string | Uint8Array | undefined => {
    const type = searchParams.get("type") ?? "main";
    switch (pathname) {
      case "/charon/getDataset":
        return files.get(`demo/datasets/lakeside_2024${type === "main" ? "" : `_${type}`}.json`);
      case "/charon/getNarrative":
        return files.get("demo/narratives/lakeside_around-the-lake.md");
      default:
        return '{"datasets":[{"request":"groups/demo/lakeside/2024"}],"narratives":[]}';
    }
  };

  const report = async (request: IncomingMessage): Promise<void> => {
    const { "csp-report": violation } = JSON.parse(await text(request));
    violations.push({ directive: violation["effective-directive"], blocked: violation["blocked-uri"] });
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", headers } = request;
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/violations") {
      await report(request);
      response.writeHead(204).end();
    } else if (/^\/(dist\/|favicon\.png$)/.test(url.pathname)) {
      const accepts = (coding: string) => (headers["accept-encoding"] ?? "").includes(coding);
      const answer = await assets.answer({ method, path: url.pathname, accepts });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } else if (url.pathname.startsWith("/charon/")) {
      const content = charon(url);
      response.writeHead(content ? 200 : 404).end(content);
    } else {
      response.setHeader("Content-Security-Policy", `${contentSecurityPolicy([])}; report-uri /violations`);
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(assets.entrypoint);
    }
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    violations,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
