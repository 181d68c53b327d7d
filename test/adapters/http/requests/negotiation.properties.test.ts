import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import fc from "fast-check";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { limitAcceptHeaders, negotiate } from "../../../../src/adapters/http/requests/negotiation.ts";
import { NotAcceptable, NotFound } from "../../../../src/domain/failure.ts";

const app = new Koa();
const contextOf = (accept: string): Context => {
  const request = new IncomingMessage(new Socket());
  request.headers.accept = accept;
  request.url = "/groups/blab/ncov";
  return app.createContext(request, new ServerResponse(request)) as unknown as Context;
};

const main = "application/vnd.nextstrain.dataset.main+json";
const offered = ["text/html", "application/json", main] as const;

/** The negotiated type; undefined when no offered type is acceptable. */
const chosen = (accept: string): string | undefined => {
  const ctx = contextOf(accept);
  try {
    void limitAcceptHeaders()(ctx, async () => undefined);
    return negotiate(ctx, offered);
  } catch (error) {
    if (error instanceof NotAcceptable || error instanceof NotFound) return undefined;
    throw error;
  }
};

const quality = fc.integer({ min: 1, max: 1000 }).map((thousandths) => (thousandths / 1000).toFixed(3));

describe("any Accept header", () => {
  it("results in one of the offered types, or an error", () => {
    const fragment = fc.oneof(
      fc.constantFrom(...offered, "*/*", "application/*", ",", ";", "q=0", "q=1", "/", " ", "image/png"),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 8 }), (fragments) => {
        const type = chosen(fragments.join(""));
        if (type !== undefined) expect(offered).toContain(type);
      }),
    );
  });

  it("results in its preferred type, in any order, and never in one of weight 0", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...offered], { minLength: 1 }),
        fc.array(quality, { minLength: 3, maxLength: 3 }),
        (types, qualities) => {
          const weighted = types.map((type, at) => ({ type, q: qualities[at] ?? "1" }));
          const best = Math.max(...weighted.map(({ q }) => Number(q)));
          const expected = offered.find((type) =>
            weighted.some((one) => one.type === type && Number(one.q) === best),
          );
          const accept = weighted.map(({ type, q }) => `${type};q=${q}`).join(", ");
          const excluded = weighted.map(({ type }) => `${type};q=0`).join(", ");
          const type = chosen(accept);
          expect(weighted.filter(({ q }) => Number(q) === best).map((one) => one.type)).toContain(type);
          if (weighted.filter(({ q }) => Number(q) === best).length === 1) expect(type).toBe(expected);
          expect(types).not.toContain(chosen(`${excluded}, */*;q=0.1`));
        },
      ),
    );
  });
});
