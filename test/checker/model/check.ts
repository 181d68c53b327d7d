import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import { redisNotBeforeMarks } from "../../../src/adapters/redis/not-before-marks.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { seededNumbers } from "../../../src/app/sample/random-numbers.ts";
import { freePort } from "../../support/containers/free-port.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedis } from "../../support/containers/stores/redis.ts";
import { production } from "../../support/server/production-environment.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { endings } from "../endings.ts";
import type { Instance } from "../instance.ts";
import { host, instance } from "../instance.ts";
import type { Report } from "../ledger.ts";
import { describe, newLedger } from "../ledger.ts";
import type { Login, Person, Redemption } from "../login.ts";
import { notices } from "../notices.ts";
import type { CheckersProvider } from "../provider.ts";
import { checkersProvider, client } from "../provider.ts";
import { visitor } from "../visitor.ts";
import type { DisturbanceDeps } from "./disturbances.ts";
import { disturb } from "./disturbances.ts";
import type { Observation, Surroundings } from "./judgement.ts";
import { judge, judgeEnd } from "./judgement.ts";
import { mutationOptions } from "./mutation.ts";
import { trouble } from "./trouble.ts";

export interface CheckOptions {
  readonly seed: number;
  /** It ends after so many renewals, or so many seconds. */
  readonly renewals: number;
  readonly seconds: number;
  readonly sessions?: number;
  readonly instances?: number;
  /** See `mutation.ts`. */
  readonly mutation?: string;
  readonly stopAtFirst?: boolean;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /** The share of rounds in which somebody logs out; 0.02 unless said otherwise. */
  readonly logouts?: number;
  /** Mean milliseconds between two of a kind. */
  readonly every?: DisturbanceDeps["every"];
  readonly progress?: (line: string) => void;
}

const often = {
  kill: 12_000,
  redis: 40_000,
  role: 150,
  withdrawal: 1500,
  key: 25_000,
  damage: 2000,
  notice: 1500,
  forgery: 4000,
};

/** Runs the real program under all that may happen to it, and judges every answer. */
export const check = async (options: CheckOptions): Promise<Report> => {
  const folder = await temporaryFolder();
  // Without fsync: while one is under way Redis answers before it writes, and a kill would lose what it said.
  const redis = await startRedis({ settings: ["appendonly yes", "appendfsync no", 'save ""'] });
  try {
    return await checkOn(options, folder.path, redis);
  } finally {
    await redis.close();
    await folder.remove();
  }
};

const peopleOf = (sessions: number): [Person, ...Person[]] =>
  Array.from({ length: Math.ceil(sessions / 2) }, (_, index) => ({
    username: `person-${index}`,
    isViewer: index % 3 !== 0,
    // Most live so short that they are renewed all the time; the others so long that marks matter.
    tokenLife: index % 6 === 0 ? ([12, 30] as const) : ([0.7, 1.5] as const),
    marks: [],
  })) as unknown as [Person, ...Person[]];

const checkOn = async (options: CheckOptions, folder: string, redis: StartedRedis): Promise<Report> => {
  const { seed, sessions = 200, instances: size = 4 } = options;
  const random = seededNumbers(seed);
  const began = Date.now();
  const ledger = newLedger(began, options);
  const instances: Instance[] = [];
  const troubles = { redis: trouble(), machine: trouble(), instances };
  const provider = await checkersProvider({
    random,
    excuse: (grant, first) => grant.excuse ?? excuse(first, instances, troubles),
    violation: (what, grant, by) => {
      const first = grant.lastRedemption?.by;
      const killed = first && instances[first.instance]?.killed(first.generation);
      const slow = [first, by].map((one) => one && instances[one.instance]?.slow.last());
      const around = { now: Date.now(), killed, by, slow, redisDown: troubles.redis.last() };
      const facts = { ...around, ...grant, mints: grant.mints.slice(-3) };
      ledger.violation(`${what}: ${JSON.stringify(facts)}`);
    },
  });
  const around = { ...troubles, keys: provider.keyTrouble };
  const environment = await environmentOf(folder, redis, provider);
  for (let number = 0; number < size; number++) {
    const workingFolder = join(folder, String(number));
    await mkdir(workingFolder);
    const DATA_DIR = join(workingFolder, "data");
    const made = instance({
      number,
      port: await freePort(),
      workingFolder,
      nodeOptions: mutationOptions(options.mutation),
      environment: (generation) => ({
        ...environment,
        DATA_DIR,
        OAUTH2_TOKEN_URL: provider.tokenUrl({ instance: number, generation }),
      }),
      onLine: ledger.readLine,
    });
    instances.push(made);
  }
  const all = instances as [Instance, ...Instance[]];
  const stopWatching = watchMachine(around.machine, ledger.counts);
  const connection = await connectRedis(
    { url: redis.url, ca: redis.certificates.ca },
    { write: () => undefined },
  );
  try {
    await Promise.all(all.map((one) => one.start()));
    options.progress?.(`seed ${seed}: ${size} instances, ${sessions} sessions`);
    const end = Date.now() + options.seconds * 1000;
    const isGoing = () =>
      Date.now() < end &&
      !options.signal?.aborted &&
      provider.counts.renewals < options.renewals &&
      !(options.stopAtFirst && ledger.isBroken());
    const current = new Set<Login>();
    const observe = (seen: Observation) => {
      if (seen.login.foundDead === undefined) current.add(seen.login);
      ledger.count(seen, around);
      const wrong = judge(seen, around);
      if (wrong) ledger.violation(describe(wrong, seen));
    };
    const ended = endings((login) => {
      ledger.counts.ends += 1;
      const wrong = judgeEnd(login, instances, around);
      if (wrong) ledger.violation(`${wrong}: ${JSON.stringify(login)}`);
    });
    const stumble = (what: string, number: number, from: number) => {
      const to = Date.now();
      const causes = [around.redis, around.machine, around.keys, instances[number]?.slow];
      if (!causes.some((cause) => cause?.touches(from - 100, to)))
        ledger.violation(`${what}, without a cause`);
    };
    const people = peopleOf(sessions);
    const visitors = Array.from({ length: sessions }, (_, index) =>
      visitor(people[index % people.length] ?? people[0], {
        random,
        instances: all,
        provider,
        logouts: options.logouts ?? 0.02,
        isGoing,
        observe,
        observeEnd: ended.add,
        stumble,
        counts: ledger.counts,
      }),
    );
    const telling = setInterval(() => {
      for (const login of current) if (login.foundDead ?? login.end) current.delete(login);
      ended.judgeOld();
      options.progress?.(ledger.line(provider.counts.renewals));
    }, 10_000);
    const marks = redisNotBeforeMarks(connection, systemClock(), { lifetime: 90_000 });
    const disturbing = disturb({
      random,
      instances: all,
      people,
      logins: () => [...current],
      damage: async ({ cookie }) => {
        const [, id = ""] = /=(?:s%3A|s:)?([A-Za-z0-9_-]{32})/.exec(cookie) ?? [];
        const record = random.pick(['{"login":{"username":7}}', '{"login":"alice"}', "[]", "no JSON"]);
        await connection.run((redis) => redis.set(`nextstrain.org-session:${id}`, record, "PX", 60_000));
      },
      changeKey: provider.changeKey,
      notices: notices({
        random,
        instances: all,
        provider,
        logins: () => [...current],
        around,
        observe,
        observeEnd: ended.add,
        violation: ledger.violation,
        counts: ledger.counts,
      }),
      redis,
      redisTrouble: around.redis,
      marks,
      isGoing,
      every: options.every ?? often,
      counts: ledger.counts,
    });
    await Promise.all([disturbing, ...visitors.map((one) => one.run())]);
    clearInterval(telling);
    if (!(options.stopAtFirst && ledger.isBroken())) {
      provider.behave();
      // All is up; what may be broken for a while after an outage is whole again after this.
      await sleep(6000);
      for (let index = 0; index < visitors.length; index += 20) {
        await Promise.all(visitors.slice(index, index + 20).map((one) => one.lookAgain()));
      }
      ended.judgeAll();
    }
    return ledger.report(provider.counts);
  } finally {
    stopWatching();
    await Promise.all(all.map((one) => one.kill()));
    await connection.close();
    await provider.close();
  }
};

/**
 * The one loss that is allowed: whoever had the new tokens was killed, or gone, or not run, before they can have
 * been stored. While Redis is away they cannot.
 */
const excuse = (
  first: Redemption,
  instances: readonly Instance[],
  around: Omit<Surroundings, "keys">,
): string | undefined => {
  if (first.isLost) return "the answer did not arrive";
  const instance = instances[first.by.instance];
  const killed = instance?.killed(first.by.generation);
  if (!instance) return undefined;
  if (killed === undefined) return overtaken(first, instance, around);
  const stored = first.delivered === undefined ? killed : writtenBy(first.delivered, instance, around);
  if (killed > stored) return undefined;
  return `killed ${first.delivered === undefined ? 0 : killed - first.delivered} ms after the answer`;
};

/** In milliseconds: `lockLease` of `src/app/adapters.ts`. */
const lease = 5000;

/** A process that is hardly run for longer than a lease loses the lock to another one, and with it what it has got. */
const overtaken = (
  { delivered }: Redemption,
  instance: Instance,
  around: Omit<Surroundings, "keys">,
): string | undefined => {
  const now = Date.now();
  if (delivered === undefined || now < delivered + lease) return undefined;
  const isStarved = [instance.slow, around.machine].some((cause) => cause.touches(delivered, now));
  return isStarved && writtenBy(delivered, instance, around) > now ? "not run for a lease" : undefined;
};

/** A second after all trouble, whatever an instance got is in the store. */
const writtenBy = (
  delivered: number,
  { slow }: Instance,
  { redis, machine }: Omit<Surroundings, "keys">,
): number => {
  let end = delivered;
  for (let last = -1; end !== last && Number.isFinite(end); ) {
    last = end;
    for (const each of [slow, redis, machine]) end = each.over(end);
  }
  return end + 1000;
};

const environmentOf = async (folder: string, redis: StartedRedis, provider: CheckersProvider) => {
  const paths = { groups: join(folder, "groups.json"), ca: join(folder, "ca.pem") };
  await writeFile(paths.groups, JSON.stringify([{ name: "test-private", isPublic: false }]));
  await writeFile(paths.ca, redis.certificates.ca);
  return {
    ...production,
    REDIS_REQUIRED: "true",
    REDIS_URL: redis.url,
    REDIS_CA_FILE: paths.ca,
    GROUPS_DATA_FILE: paths.groups,
    PUBLIC_ORIGIN: `https://${host}`,
    OIDC_IDP_URL: provider.issuer,
    OAUTH2_CLIENT_ID: client.id,
    OAUTH2_CLIENT_SECRET: client.secret,
    OAUTH2_CLI_CLIENT_ID: "cli-client",
    OAUTH2_CLI_CLIENT_REDIRECT_URIS: '["http://127.0.0.1/"]',
    OIDC_USERNAME_CLAIM: "preferred_username",
    OIDC_GROUPS_CLAIM: "groups",
    // Shorter than some refreshes take.
    OIDC_TIMEOUT: "2",
    RENEWAL_TIMEOUT: "7",
  };
};

/** Where we were not run for a third of a second, the instances may have missed their time limits too. */
const watchMachine = (machine: Surroundings["machine"], counts: { lagSeconds: number }): (() => void) => {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > 330) {
      machine.add(last, now + 2000);
      counts.lagSeconds += (now - last) / 1000;
    }
    last = now;
  }, 25);
  return () => clearInterval(timer);
};
