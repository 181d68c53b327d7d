import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openFrontMatter } from "../../src/adapters/content/front-matter/front-matter.ts";
import { splitFrontMatter } from "../../src/adapters/content/front-matter/split-front-matter.ts";
import { imagePolicies } from "../../src/adapters/http/groups/overview/image-policy.ts";
import { openOverviews } from "../../src/adapters/http/groups/overview/overview.ts";
import { listings } from "../../src/app/usecases/groups/listings.ts";
import { BadContent, BadRequest, NotFound } from "../../src/domain/failure.ts";
import { groupInfo } from "../../src/domain/groups/group-info.ts";
import { userFromClaims } from "../../src/domain/identity/user.ts";
import { parseResource } from "../../src/domain/resources/resource.ts";
import { parseReturnPath } from "../../src/domain/sessions/return-path.ts";
import { publicGroup } from "../domain/sample.ts";
import { cpuTimeOf, monitorBlocking } from "../support/measuring/cpu-time.ts";
import type { Recipe } from "../support/measuring/hostile-text.ts";
import { hostileText, plainRecipes, recipe } from "../support/measuring/hostile-text.ts";
import { recordingLog } from "../support/measuring/recording-log.ts";

/**
 * In milliseconds of CPU time. The promised limit is 50, which `npm run bench event-loop` checks; quadratic time in a
 * text's length is much longer than this.
 */
const bound = 200;

/** A megabyte, the largest size of an overview, of front matter, and of a provider's response. */
const million = 1_000_000;
const headersLength = 32_000;

const signal = new AbortController().signal;
const group = publicGroup.name;

/** Returns the failure of a text that is rejected, which is a valid result too. */
const resultOf = (parse: () => unknown) => (): unknown => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof BadRequest || error instanceof NotFound || error instanceof BadContent) return error;
    throw error;
  }
};

const names = { username: "sub", groups: "groups", subject: "sub" };
const claimsWith = (groups: string | string[]) => ({ iss: "https://idp.example.org", sub: "a", groups });

const marks = ["a", " ", ",", ";", "/", "!", "\n", "\u0301", "é", "A"];
const addresses = ["http://", "xn--", ".", "a", "é", "\u0301", "[", ":", "@", "/", "\\", "%", "?", "#", "1"];
const lines = ["---", "\n", "\r", "\r\n", " ", "\t", "a", ": "];
const pathParts = ["/", "a", "_", ".", "..", ":", "@", "\u0301", "e", "\u00ad", "narratives/", "_tree"];

const parsers: readonly (readonly [string, number, readonly string[], (text: string) => unknown])[] = [
  [
    "a path below a group",
    headersLength,
    pathParts,
    (text) => parseResource("dataset", group, text, "upload"),
  ],
  ["a narrative's path", headersLength, pathParts, (text) => parseResource("narrative", group, text, "read")],
  ["a return target", headersLength, ["/", "\\", "?", "#", "é", '"', ".", "a"], parseReturnPath],
  ["a groups claim", million, marks, (text) => userFromClaims(claimsWith(text), names)],
  ["a list in a groups claim", million, marks, (text) => userFromClaims(claimsWith(text.split(",")), names)],
  ["the ends of front matter", million, lines, splitFrontMatter],
  ["an overview's body", million, lines, (text) => groupInfo(group, {}, text, null)],
  ["a group's website", million, addresses, (text) => groupInfo(group, { website: text }, "", null)],
];

describe("the longest accepted text blocks the event loop briefly", () => {
  it.each(parsers)("as %s", (_, length, fragments, parse) => {
    fc.assert(
      fc.property(recipe(fragments), (one) => {
        const text = hostileText(one, length);
        expect(cpuTimeOf(resultOf(() => parse(text)))).toBeLessThan(bound);
      }),
      {
        examples: plainRecipes(fragments).map((one): [Recipe] => [one]),
        numRuns: 2 * fragments.length + 20,
        endOnFailure: true,
      },
    );
  });
});

describe("work in other threads blocks the event loop briefly", () => {
  const monitor = monitorBlocking();
  const frontMatter = openFrontMatter();
  const overviews = openOverviews(recordingLog());
  afterAll(async () => {
    monitor.close();
    await Promise.all([frontMatter.close(), overviews.close()]);
  });

  /** Several concurrently, since each may take as long as the limit of its thread. */
  const blocksBriefly = (fragments: readonly string[], work: (text: string) => Promise<unknown>) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(recipe(fragments), { minLength: 4, maxLength: 4 }),
        async (recipes: Recipe[]) => {
          const texts = recipes.map((one) => hostileText(one, million - 100));
          await nextTurn();
          monitor.maxBlockingTime();
          await Promise.all(texts.map(work));
          expect(monitor.maxBlockingTime()).toBeLessThan(bound);
        },
      ),
      { numRuns: 2, endOnFailure: true },
    );

  it("as front matter", { timeout: 120_000 }, () =>
    blocksBriefly(
      ["[", "{", "- ", "? ", "a: ", "\n", "&a ", "*a", "<<: ", '"', "'", "!!", "|", ",", "#", "x", "\t"],
      async (source) => {
        const refusal = await frontMatter.parse(`---\n${source}\n---\n`).catch((error: unknown) => error);
        if (refusal instanceof Error && !(refusal instanceof BadContent)) throw refusal;
      },
    ),
  );

  it("as an overview's Markdown", { timeout: 120_000 }, () => {
    const images = imagePolicies(["*"])(publicGroup);
    return blocksBriefly(
      [
        "*",
        "_",
        "`",
        "[",
        "](",
        "![",
        "> ",
        "- ",
        "|",
        "\n",
        "\n\n",
        "<b>",
        "<!--",
        "&",
        "#",
        "a",
        " ",
        "~",
        "\\",
      ],
      (markdown) => overviews.render(markdown, images, (run) => run()),
    );
  });
});

describe("a listing of ten thousand names", () => {
  const count = 10_000;
  /** Names of the largest size, which differ in a few characters. */
  const namesOf = (one: Recipe): string[] =>
    Array.from({ length: count }, (_, at) => `${hostileText(one, 200)}${at}.json`);

  it("blocks the event loop briefly, whatever the names", async () => {
    const monitor = monitorBlocking();
    await fc.assert(
      fc.asyncProperty(recipe(["a", "_", "e\u0301", "é", "1", ".", "_tree", "_meta", "%"]), async (one) => {
        const stored = namesOf(one);
        const store = {
          list: async function* () {
            yield* stored;
          },
        };
        const of = listings({ store: store as never, pause: () => nextTurn() });
        monitor.maxBlockingTime();
        await of.of(group, signal);
        expect(monitor.maxBlockingTime()).toBeLessThan(bound);
      }),
      { numRuns: 10, endOnFailure: true },
    );
    monitor.close();
  });
});
