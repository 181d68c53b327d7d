import { join } from "node:path";
import type { Seconds } from "../../../domain/brand.ts";
import type { Limiter } from "../../../ports/driven/system/limiter.ts";
import { QueueBusy } from "../../shared/bounded-queue.ts";
import { parseJson, readOrCreate } from "../../shared/durable-file.ts";
import { withConcurrency } from "../../shared/with-concurrency.ts";
import {
  hashPassword,
  isPassword,
  isPasswordHash,
  type PasswordHash,
  type ScryptCost,
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

export type LogIn =
  | { readonly outcome: "done"; readonly account: Account }
  /** No such user, or not that user's password: which of the two is not told. */
  | { readonly outcome: "wrong" }
  | { readonly outcome: "too-many"; readonly wait: Seconds }
  | { readonly outcome: "busy" };

export interface Accounts {
  readonly usernames: readonly string[];
  find(username: string): Account | undefined;
  logIn(username: string, password: string): Promise<LogIn>;
}

interface StoredAccount extends Account {
  readonly password: PasswordHash;
}

const isAccounts = (value: unknown): value is readonly StoredAccount[] =>
  Array.isArray(value) &&
  value.every(
    (account) =>
      typeof account === "object" &&
      account !== null &&
      typeof account.username === "string" &&
      Array.isArray(account.groups) &&
      account.groups.every((group: unknown) => typeof group === "string") &&
      isPasswordHash(account.password),
  );

/** A hash takes a tenth of a second of one core and 32 MiB. */
const hashingLimits = { concurrency: 2, maxQueue: 20, queueTimeout: 10 };

const longestInput = 200;

const newFile = async (accounts: readonly NewAccount[], cost: ScryptCost): Promise<string> => {
  const stored = await Promise.all(
    accounts.map(async ({ username, password, groups }) => ({
      username,
      groups,
      password: await hashPassword(password, cost),
    })),
  );
  return `${JSON.stringify(stored, null, 2)}\n`;
};

const busy = (error: unknown): "busy" => {
  if (error instanceof QueueBusy) return "busy";
  throw error;
};

/** Reads the accounts of a folder; at the first start they are made of `initial`, which is of no account later. */
export const openAccounts = async (
  folder: string,
  initial: readonly NewAccount[],
  cost: ScryptCost,
  attempts: Limiter,
): Promise<Accounts> => {
  const path = join(folder, "accounts.json");
  const text = await readOrCreate(path, () => newFile(initial, cost));
  const stored = parseJson(path, text, isAccounts);
  const byName = new Map(stored.map((account) => [account.username, account]));
  // An unknown username is checked against this, so that it takes as long as a known one.
  const nobody: PasswordHash = { ...(stored[0]?.password ?? cost), salt: "", hash: "" };
  const limited = withConcurrency(hashingLimits);
  return {
    usernames: stored.map(({ username }) => username),
    find: (username) => byName.get(username),
    async logIn(username, password) {
      if (username.length > longestInput || password.length > longestInput) return { outcome: "wrong" };
      // Whether or not there is such a user.
      const wait = Math.ceil(await attempts.attempt(username));
      if (wait > 0) return { outcome: "too-many", wait };
      const account = byName.get(username);
      const right = await limited(() => isPassword(password, account?.password ?? nobody)).catch(busy);
      if (right === "busy") return { outcome: right };
      if (!right || account === undefined) return { outcome: "wrong" };
      await attempts.reset(username);
      return { outcome: "done", account };
    },
  };
};
