/**
 * Loaded into an instance by `--import`, it breaks the program in one place, which the checker has to detect. The
 * fragment of this file's URL is the mutation's name.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const mutations: Readonly<Record<string, Mutation>> = {
  "renewal without a lock": {
    file: "src/adapters/redis/lock.ts",
    from: "if others or ARGV[4] == 'extend' and not mine then return 'busy' end",
    to: "mine = ARGV[4] == 'extend'",
  },
  "writes that do not compare": {
    file: "src/adapters/redis/session-store.ts",
    from: 'connection.script("replaceSession", replaceScript)',
    to: `connection.script("replaceSession", "redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 'replaced'")`,
  },
  "renewals that are not stored": {
    file: "src/app/usecases/sessions/renew-tokens.ts",
    from: "const isThere = await storeRenewedTokens(d, id, stored, login, { old, renewed, owner: user });",
    to: "const isThere = true;",
  },
  "late renewals that are not revoked": {
    file: "src/app/usecases/sessions/store-renewed-tokens.ts",
    from: '  // Whoever ended the session could only revoke the old tokens.\n  if (!isThere) d.revoke(login, exchange.renewed, "unless-shared");',
    to: "",
  },
  "logout tokens that are rejected while their key is unknown": {
    file: "src/adapters/oidc/tokens/key-set.ts",
    from: "if (fresh === undefined) throw new ProviderDown({ cause: error });",
    to: "if (fresh === undefined) throw error;",
  },
  "logout tokens that end no session": {
    file: "src/app/usecases/identity/backchannel-logout.ts",
    from: "  await endMatching(d, claims, () => true);",
    to: "",
  },
  "logout tokens whose signature is not verified": {
    file: "src/adapters/oidc/tokens/logout-token.ts",
    from: "    const { payload, protectedHeader } = await verifyJwt(",
    to: `    const [header = "", body = ""] = logoutToken.split(".");
    const parsed = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    const { payload, protectedHeader } = { payload: parsed(body), protectedHeader: parsed(header) };
    (async () => undefined)(`,
  },
  "logout tokens that revoke no refresh token": {
    file: "src/app/usecases/identity/backchannel-logout.ts",
    from: 'await d.registered.end(ids, "logged out at the provider", "unless-shared");',
    to: 'await d.registered.end(ids, "logged out at the provider", undefined);',
  },
  "not-before marks that are cached for too long": {
    file: "src/app/caches/cached-marks.ts",
    from: "const lifetime: Seconds = 5;",
    to: "const lifetime: Seconds = 5000;",
  },
  "memberships that are cached for too long": {
    file: "src/app/usecases/records/record-snapshot.ts",
    from: "const age = copy === undefined ? Number.POSITIVE_INFINITY : d.clock.now() - copy.readAt;",
    to: "const age = copy === undefined ? Number.POSITIVE_INFINITY : 0;",
  },
  "changes of memberships that the instance itself learns of late": {
    file: "src/app/usecases/people/memberships.ts",
    from: "      // After a failure too: a write whose answer was lost may have been applied.\n      copies.invalidate();",
    to: "",
  },
  "memberships of whoever has the username": {
    file: "src/domain/identity/person.ts",
    from: `  one.issuer === other.issuer && one.subject === other.subject;

/** A string that is unique to the person. */
export const personKey = ({ issuer, subject }: Person): string => JSON.stringify([issuer, subject]);`,
    to: `  one.issuer === other.issuer;
export const personKey = ({ issuer }: Person): string => issuer;`,
  },
  "memberships that have no end": {
    file: "src/domain/people/membership.ts",
    from: 'if (until !== undefined && endOfDay(until) <= now) return "expired";',
    to: "",
  },
  "records that are written without a condition": {
    file: "src/app/usecases/records/update-record.ts",
    from: 'stored?.version ?? "absent"',
    to: '"any"',
  },
  "damaged memberships that count as none": {
    file: "src/app/usecases/records/record-snapshot.ts",
    from: "if (error instanceof StoreDown) return error;",
    to: "if (error instanceof StoreDown) return undefined;",
  },
};

/** For `node --import`. */
export const mutationOptions = (name: string | undefined): readonly string[] => {
  if (name === undefined) return [];
  if (!Object.hasOwn(mutations, name)) {
    throw new Error(
      `There is no mutation ${JSON.stringify(name)}, but: ${Object.keys(mutations).join(", ")}.`,
    );
  }
  return ["--import", `${import.meta.url}#${encodeURIComponent(name)}`];
};

const chosen = mutations[decodeURIComponent(new URL(import.meta.url).hash.slice(1))];
if (chosen) {
  const { file, from, to } = chosen;
  const target = new URL(`../../../${file}`, import.meta.url).href;
  const source = readFileSync(fileURLToPath(target), "utf8");
  if (source.split(from).length !== 2) throw new Error(`${file} has changed: the mutation does not fit.`);
  registerHooks({
    load: (url, context, nextLoad) =>
      url === target
        ? { format: "module-typescript", source: source.replace(from, () => to), shortCircuit: true }
        : nextLoad(url, context),
  });
}
