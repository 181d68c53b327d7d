import { gzipSync } from "node:zlib";
import type { Question } from "../../support/requests/http.ts";
import { pngOf } from "../../support/resources/png.ts";
import type { LocalSite } from "./local-site.ts";

export interface HostileInput {
  readonly name: string;
  /** A harmless input, which loads what is loaded at the first use. */
  readonly isWarmUp?: true;
  prepare?(site: LocalSite): Promise<unknown>;
  /** Resolves to the statuses of the responses. */
  attack(site: LocalSite): Promise<readonly number[]>;
}

const ask = async (site: LocalSite, questions: readonly Question[]) =>
  (await Promise.all(questions.map((question) => site.ask(question)))).map(({ status }) => status);

const askInOrder = async (site: LocalSite, questions: readonly Question[]) => {
  const statuses: number[] = [];
  for (const question of questions) statuses.push((await site.ask(question)).status);
  return statuses;
};

const times = <T>(count: number, of: T): T[] => Array(count).fill(of);

const html = { Accept: "text/html" };
const page: Question = { path: "/groups/blab", headers: html };

const markdown = (name: string, text: string): HostileInput => ({
  name: `overview: ${name}`,
  prepare: (site) =>
    site.put({ "blab/group-overview.md": { type: "text/markdown", content: `${name}\n\n${text}` } }),
  attack: (site) =>
    ask(site, [page, page, { path: "/groups/blab/settings", headers: { ...html, ...site.owner } }]),
});

const table = (columns: number, rows: number) =>
  `|${"a|".repeat(columns)}\n|${"-|".repeat(columns)}\n${"|b\n".repeat(rows)}`;

const settingsForm = (name: string, fields: string): HostileInput => ({
  name: `form of settings: ${name}`,
  attack: (site) => {
    const headers = { ...html, ...site.owner, "Content-Type": "application/x-www-form-urlencoded" };
    const form = { method: "POST", headers, body: `base=none&${fields}` };
    return ask(site, [
      { ...form, path: "/groups/blab/settings" },
      { ...form, path: "/groups/blab/settings/overview/preview" },
    ]);
  },
});

const settingsForms: HostileInput[] = [
  { ...settingsForm("usual", "title=A&text=We+*sequence*."), isWarmUp: true },
  settingsForm("340 kB to be escaped", `text=${"<".repeat(339_000)}`),
  settingsForm("100 kB of encoded lines", `text=${"%0D".repeat(99_000)}`),
  settingsForm("113 000 fields", `${"a=&".repeat(113_000)}text=b`),
  settingsForm("50 kB of emphasis", `text=${"_a*".repeat(17_000)}`),
];

const overviews: HostileInput[] = [
  { ...markdown("usual", "We *sequence*.\n\n- a\n- b\n"), isWarmUp: true },
  markdown("50 kB of emphasis", "_a*".repeat(17_000)),
  markdown("1 MB of emphasis", "*a_".repeat(330_000)),
  markdown("8000 quotes in quotes", "> ".repeat(8000)),
  markdown("a table of 1000 columns and 5000 rows", table(1000, 5000)),
  markdown("a table that is just allowed", table(300, 600)),
  markdown("1 MB of words", "Some *words*, and [a link](https://a.example). ".repeat(20_000)),
  markdown("1 MB to be escaped, plain", `${"> ".repeat(8000)}${"<".repeat(980_000)}`),
  markdown("1 MB of brackets", "[".repeat(990_000)),
  markdown("1 MB of backticks", "`".repeat(990_000)),
  markdown("1 MB of tags", "<b>".repeat(330_000)),
  markdown("1 MB of lines", "a\n\n".repeat(330_000)),
];

const narrativeType = "text/vnd.nextstrain.narrative+markdown";
const upload = (
  site: LocalSite,
  path: string,
  type: string,
  body: string | Uint8Array,
  headers = {},
): Question => ({
  method: "PUT",
  path: `/groups/blab/${path}`,
  headers: { ...site.owner, "Content-Type": type, Accept: "application/json", ...headers },
  body,
});

const yaml = (name: string, source: string): HostileInput => ({
  name: `front matter: ${name}`,
  attack: (site) => {
    const text = `---\n${source}\n---\nText\n`;
    return ask(site, [
      upload(site, "narratives/hostile", narrativeType, text),
      upload(site, "settings/overview", "text/markdown", text),
      { path: "/charon/getSourceInfo?prefix=groups/blab" },
    ]);
  },
});

const laughs = Array.from({ length: 20 }, (_, i) =>
  i === 0 ? "a0: &a0 [x,x,x,x,x,x,x,x]" : `a${i}: &a${i} [${times(9, `*a${i - 1}`).join()}]`,
).join("\n");
const merges = Array.from({ length: 20_000 }, (_, i) =>
  i === 0 ? "m0: &m0 {k: 1}" : `m${i}: &m${i} {<<: *m${i - 1}, k${i}: 1}`,
).join("\n");

const frontMatters: HostileInput[] = [
  { ...yaml("usual", "title: A\nbyline: B"), isWarmUp: true },
  yaml("aliases of aliases", laughs),
  yaml("merges of merges", merges.slice(0, 980_000)),
  yaml("1 MB of brackets", `a: ${"[".repeat(980_000)}`),
  yaml("1 MB of lists", `a: [${"[],".repeat(320_000)}]`),
  yaml("1 MB of names", Array.from({ length: 80_000 }, (_, i) => `n${i}: v`).join("\n")),
  yaml("1 MB of text", `a: "${"x ".repeat(490_000)}"`),
  yaml("1 MB of question marks", "? ".repeat(490_000)),
  yaml("1 MB of JSON", `{"a": [${"1,".repeat(480_000)}1]}`),
  yaml("no end, 1 MB", "x\n".repeat(490_000).replace(/^/, "a: b\n--\n")),
];

const tip = JSON.stringify({
  strain: "A/lakeside/1",
  attr: { num_date: 2015.5123, div: 0.00213, country: "lakeland", authors: "Somebody et al" },
  muts: ["A12T"],
  aa_muts: { E: ["K1N"] },
});
const tree = (children: string) =>
  `{"strain":"root","attr":{"num_date":2015,"div":0},"children":[${children}]}`;
const v1 = (name: string, content: string): HostileInput => ({
  name: `old dataset: ${name}`,
  prepare: (site) => {
    const meta = {
      title: name,
      color_options: { country: { menuItem: "a", type: "discrete" } },
      panels: ["tree"],
    };
    return site.put({
      "blab/datasets/old_meta.json": { type: "application/json", content: JSON.stringify(meta) },
      "blab/datasets/old_tree.json": { type: "application/json", content },
    });
  },
  attack: (site) => ask(site, times(3, { path: "/charon/getDataset?prefix=groups/blab/old" })),
});

const oldDatasets: HostileInput[] = [
  { ...v1("usual", tree(tip)), isWarmUp: true },
  v1("15 MB of tips", tree(times(95_000, tip).join())),
  v1("as many tips as are allowed", tree(times(Math.floor(19_900_000 / (tip.length + 1)), tip).join())),
  v1("40 MB", tree(times(250_000, tip).join())),
  v1("millions of empty objects", tree(times(6_000_000, "{}").join())),
  v1("as many empty objects as are allowed", tree(times(1_490_000, "{}").join())),
  v1("3 million levels", `${"[".repeat(2_900_000)}`),
  v1("one string", `{"strain":"${"é".repeat(9_900_000)}"}`),
];

const logo = (name: string, file: Buffer): HostileInput => ({
  name: `logo: ${name}`,
  attack: async (site) => {
    const stored = await ask(site, [upload(site, "settings/logo", "image/png", file)]);
    const info: Question = { path: "/charon/getSourceInfo?prefix=groups/blab" };
    const image: Question = { path: "/logos/blab", headers: { Accept: "image/*" } };
    const gzip = { "Accept-Encoding": "gzip" };
    return [
      ...stored,
      ...(await ask(site, [
        ...times(10, info),
        ...times(5, { ...info, headers: gzip }),
        ...times(5, image),
        page,
      ])),
    ];
  },
});

const logos: HostileInput[] = [
  { ...logo("usual", pngOf(200, 100)), isWarmUp: true },
  logo("2 MB", pngOf(200, 100, ["x".repeat(1_999_000)])),
  logo("150 000 parts", pngOf(200, 100, times(150_000, ""))),
  logo("10 000 parts", pngOf(200, 100, times(9_990, "x".repeat(180)))),
];

const mainType = "application/vnd.nextstrain.dataset.main+json";
const dataset = (rest: string) => `{"version":"v2","meta":{"title":"a"},"tree":{"name":"a"}${rest}}`;
const json = (name: string, make: () => string): HostileInput => ({
  name: `JSON: ${name}`,
  attack: async (site) => {
    const text = make();
    const path = "large/one";
    const written = await ask(site, [
      upload(site, path, mainType, text),
      upload(site, "large/two", mainType, gzipSync(text, { level: 1 }), { "Content-Encoding": "gzip" }),
    ]);
    const read: Question = { path: `/groups/blab/${path}`, headers: { Accept: mainType } };
    return [...written, ...(await ask(site, times(4, read)))];
  },
});

const sizes = [100_000, 1_000_000, 10_000_000, 100_000_000];
const jsons: HostileInput[] = [
  { ...json("usual", () => dataset("")), isWarmUp: true },
  ...sizes.flatMap((size) => {
    const mb = `${size / 1e6} MB of`;
    return [
      json(`${mb} small objects`, () => dataset(`,"x":[${times(size / 8, '{"a":1}').join()}]`)),
      json(`${mb} one string`, () => dataset(`,"x":"${"é".repeat(size / 2)}"`)),
      json(`${mb} escapes`, () => dataset(`,"x":"${"\\u00e9".repeat(size / 6)}"`)),
    ];
  }),
  json("one name of 10 MB", () => dataset(`,"${"x".repeat(1e7)}":1`)),
  json("10 MB of names", () => dataset(`,${Array.from({ length: 800_000 }, (_, i) => `"n${i}":1`).join()}`)),
  json("50 000 levels", () => dataset(`,"x":${"[".repeat(49_000)}${"]".repeat(49_000)}`)),
  json("one number of 10 MB", () => dataset(`,"x":${"1".repeat(1e7)}`)),
  json("100 MB of blanks", () => dataset(" ".repeat(1e8))),
];

const listings: HostileInput[] = [
  {
    name: "listing: usual",
    isWarmUp: true,
    attack: (site) => ask(site, [page, { path: "/groups", headers: html }]),
  },
  ...(
    [
      ["3000 datasets", 3000, (i: number) => `many_${i % 50}_${i}`],
      ["10 000 datasets", 10_000, (i: number) => `many_${i % 50}_${i}`],
      ["10 000 datasets more, each with a heading of its own", 10_000, (i: number) => `one-${i}_a`],
      ["10 000 names more that have no address", 10_000, (i: number) => `_none_${i}`],
    ] as const
  ).map(
    ([name, count, nameOf]): HostileInput => ({
      name: `listing: ${name}`,
      prepare: (site) =>
        site.put(
          Object.fromEntries(
            Array.from({ length: count }, (_, i) => [
              `blab/datasets/${nameOf(i)}.json`,
              { type: mainType, content: "{}" },
            ]),
          ),
        ),
      attack: (site) =>
        askInOrder(site, [
          page,
          { ...page, headers: { ...html, ...site.owner } },
          { ...page, headers: { ...html, ...site.owner, "Accept-Encoding": "gzip" } },
          { path: "/groups", headers: html },
          { path: "/charon/getAvailable" },
          { path: "/charon/getAvailable?prefix=groups/blab/many/1/1" },
          { path: `/groups?filter=${times(3000, "m").join("+")}`, headers: html },
          { path: `/groups/blab?filter=${times(3000, "m").join("+")}`, headers: html },
        ]),
    }),
  ),
];

const long = (part: string) => part.repeat(Math.floor(15_000 / part.length));
const requests: HostileInput[] = (
  [
    ["types", { Accept: long("a/b,") }],
    ["types with qualities", { Accept: long("a/b;q=0.1,") }],
    ["quotes in types", { Accept: long('a/b;c=","') }],
    ["codings", { "Accept-Encoding": long("a,") }],
    ["tags", { "If-None-Match": long('"a",') }],
    ["cookies", { Cookie: long("a=b;") }],
    ["signatures", { Cookie: long("nextstrain.org-session=a;nextstrain.org-session.sig=a;") }],
    ["bearer", { Authorization: `Bearer ${long("a.")}` }],
    ["forwarded", { "X-Forwarded-For": long("1.1.1.1,") }],
  ] as const
).map(([name, headers]) => ({
  name: `request: 15 kB of ${name}`,
  attack: (site) =>
    ask(site, [
      { path: "/groups/blab", headers: { ...html, ...headers } },
      { path: "/groups/blab/many/1/1", headers },
      { path: "/whoami", headers },
    ]),
}));
const paths: HostileInput[] = ["/", "%2e", "a/", "%F0%9F%98%80", ".", "a:b", "_", "+", "&a"].map((part) => ({
  name: `request: 15 kB of ${part} in the address`,
  attack: (site) =>
    ask(site, [
      { path: `/groups/blab/${long(part)}`, headers: html },
      { path: `/charon/getAvailable?prefix=groups/blab/${long(part)}` },
      { path: `/charon/getDataset?prefix=${long(part)}` },
      { path: `/groups?${long(part)}`, headers: html },
    ]),
}));

export const hostileInputs: readonly HostileInput[] = [
  ...overviews,
  ...settingsForms,
  ...frontMatters,
  ...oldDatasets,
  ...logos,
  ...jsons,
  ...listings,
  ...requests,
  ...paths,
];
