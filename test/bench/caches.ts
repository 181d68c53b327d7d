/**
 * Measures what the caches on the hot path save: the CPU time of the work that each avoids, in microseconds, as the
 * minimum of several rounds. A cache stays while it saves 5 % of a request to `/whoami` (`npm run bench whoami`: 60 µs
 * or more).
 */
import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import { generateKeyPair, jwtVerify, SignJWT } from "jose";
import { tokenSealer } from "../../src/adapters/aes-gcm/token-sealer.ts";
import type { GroupName } from "../../src/domain/groups/group.ts";
import { rolesIn } from "../../src/domain/identity/role.ts";
import { sessionContext } from "../../src/domain/sessions/encryption-context.ts";
import type { SessionId } from "../../src/domain/sessions/session.ts";
import { parseSession } from "../../src/domain/sessions/session.ts";
import { parseTokens, serialiseTokens } from "../../src/domain/sessions/token-set.ts";
import { limits } from "./load/limits.ts";

/** In microseconds of each request. */
const minSaving = 3;
const rounds = 7;
const iterations = 5000;

const measure = async (what: string, uses: number, work: () => unknown): Promise<void> => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let done = 0; done < iterations; done++) await work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / iterations);
  }
  limits.atLeast(`${what}, ${uses} in a request`, best * uses, minSaving, "µs");
};

const token = (bytes: number): string => randomBytes(bytes).toString("base64url");
const id = token(24) as SessionId;

const secret = createSecretKey(randomBytes(48));
await measure("session-cookie.ts: a cookie's signature", 2, () =>
  encodeURIComponent(`s:${id}.${createHmac("sha256", secret).update(id).digest("base64")}`),
);

const sealer = tokenSealer([{ name: "bench", bytes: randomBytes(32) }]);
const context = sessionContext(id);
const tokens = serialiseTokens({ idToken: token(1200), accessToken: token(1200), refreshToken: token(600) });
const login = { username: "alice", since: 1, sealedTokens: sealer.seal(tokens, context) };
const record = JSON.stringify({ login });
await measure("session-store.ts, session-tokens.ts: a record read, and its tokens opened", 1, () =>
  parseTokens(
    sealer.open(parseSession(record)?.login?.sealedTokens ?? login.sealedTokens, context)?.text ?? "",
  ),
);

const { privateKey, publicKey } = await generateKeyPair("RS256");
const claims = { sub: "alice", "cognito:groups": ["blab/editors", "lakeside/viewers"] };
const jwt = await new SignJWT(claims)
  .setProtectedHeader({ alg: "RS256" })
  .setExpirationTime("1h")
  .sign(privateKey);
await measure("token-verifier.ts: an id token's signature", 1, () => jwtVerify(jwt, publicKey));

const group = { name: "blab" as GroupName, isPublic: false };
await measure("role.ts: a claim's entries by group", 2, () =>
  rolesIn(group, new Set(claims["cognito:groups"])),
);
