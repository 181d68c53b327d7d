import { join } from "node:path";
import { z } from "zod";
import type { Seconds } from "../../../domain/brand.ts";
import type { Limiter } from "../../../ports/driven/system/limiter.ts";
import { QueueBusy } from "../../shared/bounded-queue.ts";
import { parseJson, readOrCreate } from "../../shared/durable-file.ts";
import { withConcurrency } from "../../shared/with-concurrency.ts";
import {
  hashPassword,
  type PasswordHash,
  passwordHashSchema,
  type ScryptCost,
  verifyPassword,
} from "./password-hash.ts";

export interface NewAccount {
  readonly username: string;
  readonly password: string;
  /** Role groups, such as `demo/owners`. */
  readonly groups: readonly string[];
}

export interface Account {
  readonly username: string;
  readonly groups: readonly string[];
}

export type LogInResult =
  | { readonly outcome: "done"; readonly account: Account }
  /** The username is unknown or the password is wrong; which of the two is not revealed. */
  | { readonly outcome: "wrong" }
  /** Too many attempts with this username; one may be made after `wait` seconds. */
  | { readonly outcome: "too-many"; readonly wait: Seconds }
  /** Too many passwords are being hashed. */
  | { readonly outcome: "busy" };

export interface Accounts {
  readonly usernames: readonly string[];
  find(username: string): Account | undefined;
  logIn(username: string, password: string): Promise<LogInResult>;
}

interface StoredAccount extends Account {
  readonly password: PasswordHash;
}

const accountsSchema: z.ZodType<readonly StoredAccount[]> = z.array(
  z.object({ username: z.string(), groups: z.array(z.string()), password: passwordHashSchema }),
);

/** A hash takes a tenth of a second of one core, and 32 MiB. */
const hashingLimits = { concurrency: 2, maxQueue: 20, queueTimeout: 10 };

/** In characters; of a username and of a password. */
const maxInputLength = 200;

const serialiseAccounts = async (accounts: readonly NewAccount[], cost: ScryptCost): Promise<string> => {
  const stored = await Promise.all(
    accounts.map(async ({ username, password, groups }) => ({
      username,
      groups,
      password: await hashPassword(password, cost),
    })),
  );
  return `${JSON.stringify(stored, null, 2)}\n`;
};

const busyOrThrow = (error: unknown): "busy" => {
  if (error instanceof QueueBusy) return "busy";
  throw error;
};

/**
 * Opens the accounts of a folder, which the first start creates from `initial`; later starts ignore that. Throws for a
 * damaged file; errors of the file system pass through.
 */
export const openAccounts = async (
  folder: string,
  initial: readonly NewAccount[],
  cost: ScryptCost,
  attempts: Limiter,
): Promise<Accounts> => {
  const path = join(folder, "accounts.json");
  const text = await readOrCreate(path, () => serialiseAccounts(initial, cost));
  const stored = parseJson(path, text, accountsSchema);
  const byName = new Map(stored.map((account) => [account.username, account]));
  // The password of an unknown username is hashed too, so that the time does not reveal which usernames exist.
  const dummyHash: PasswordHash = { ...(stored[0]?.password ?? cost), salt: "", hash: "" };
  const limitHashing = withConcurrency(hashingLimits);
  return {
    usernames: stored.map(({ username }) => username),
    find: (username) => byName.get(username),
    async logIn(username, password) {
      if (username.length > maxInputLength || password.length > maxInputLength) return { outcome: "wrong" };
      // Attempts with unknown usernames count as well.
      const wait = Math.ceil(await attempts.attempt(username));
      if (wait > 0) return { outcome: "too-many", wait };
      const account = byName.get(username);
      const isRight = await limitHashing(() =>
        verifyPassword(password, account?.password ?? dummyHash),
      ).catch(busyOrThrow);
      if (isRight === "busy") return { outcome: "busy" };
      if (!isRight || account === undefined) return { outcome: "wrong" };
      await attempts.reset(username);
      return { outcome: "done", account };
    },
  };
};
