import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "../../src/adapters/redis/connection.ts";
import { redisStalenessMarks } from "../../src/adapters/redis/staleness-marks.ts";
import { systemClock } from "../../src/adapters/system/clock.ts";
import { seededNumbers } from "../../src/app/sample/random-numbers.ts";
import { freePort } from "../support/containers/free-port.ts";
import type { StartedRedis } from "../support/containers/redis.ts";
import { startRedis } from "../support/containers/redis.ts";
import { production } from "../support/production-environment.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { DisturbanceDeps } from "./disturbances.ts";
import { disturb } from "./disturbances.ts";
import type { Instance } from "./instance.ts";
import { host, instance } from "./instance.ts";
import type { Observation, Surroundings } from "./judgement.ts";
import { causeOf503, judge, judgeEnd } from "./judgement.ts";
import type { Login, Person, Redemption } from "./login.ts";
import { mutationOptions } from "./mutation.ts";
import type { CheckersProvider } from "./provider.ts";
import { checkersProvider, client } from "./provider.ts";
import { trouble } from "./trouble.ts";
import { visitor } from "./visitor.ts";

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

export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** All are counted, the first ones told. */
  readonly violations: number;
  readonly told: readonly string[];
}

const maxTold = 30;
const often = { kill: 12_000, redis: 40_000, role: 150, withdrawal: 1500, key: 25_000, damage: 2000 };

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
    violation: (what, grant) => {
      const by = grant.lastRedemption?.by;
      const killed = by && instances[by.instance]?.killed(by.generation);
      const facts = { ...grant, killed, redisDown: troubles.redis.last(), mints: grant.mints.slice(-3) };
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
    const observeEnd = (login: Login) => {
      ledger.counts.ends += 1;
      const wrong = judgeEnd(login, instances);
      if (wrong) ledger.violation(`${wrong}: ${JSON.stringify(login)}`);
    };
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
        observeEnd,
        stumble,
        counts: ledger.counts,
      }),
    );
    const telling = setInterval(() => {
      for (const login of current) if (login.foundDead ?? login.end) current.delete(login);
      options.progress?.(ledger.line(provider.counts.renewals));
    }, 10_000);
    const marks = redisStalenessMarks(connection, systemClock(), { lifetime: 90_000 });
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
 * The one loss that is allowed: whoever had the new tokens was killed, or gone, before they can have been
 * stored. While Redis is away they cannot.
 */
const excuse = (
  first: Redemption,
  instances: readonly Instance[],
  around: Omit<Surroundings, "keys">,
): string | undefined => {
  if (first.isLost) return "the answer did not arrive";
  const instance = instances[first.by.instance];
  const killed = instance?.killed(first.by.generation);
  if (!instance || killed === undefined) return undefined;
  const stored = first.delivered === undefined ? killed : writtenBy(first.delivered, instance, around);
  if (killed > stored) return undefined;
  return `killed ${first.delivered === undefined ? 0 : killed - first.delivered} ms after the answer`;
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

const describe = (wrong: string, { login, instance: number, from, to, answer }: Observation): string => {
  const { person, id, revoked, mints, excuse: why } = login.grant;
  const facts = { answer, instance: number, from, to, grant: id, revoked, excuse: why, end: login.end };
  return `${wrong}: ${person.username} ${JSON.stringify({ ...facts, foundDead: login.foundDead, mints: mints.slice(-3), marks: person.marks.slice(-3) })}`;
};

const newLedger = (began: number, { seed, progress }: CheckOptions) => {
  const counts = {
    logins: 0,
    logouts: 0,
    requests: 0,
    afterwards: 0,
    ends: 0,
    kills: 0,
    redisRestarts: 0,
    roleChanges: 0,
    marks: 0,
    withdrawals: 0,
    damaged: 0,
    lagSeconds: 0,
  };
  const statuses: Record<string, number> = {};
  const told: string[] = [];
  let violations = 0;
  const violation = (what: string): void => {
    violations += 1;
    if (told.length >= maxTold) return;
    const line = `${((Date.now() - began) / 1000).toFixed(1)} s: ${what}`;
    told.push(line);
    progress?.(`VIOLATION at ${line}`);
  };
  return {
    counts,
    violation,
    isBroken: () => violations > 0,
    count: (seen: Observation, around: Surroundings) => {
      const { answer } = seen;
      const status = answer.of === "nothing" ? "none" : String(answer.status);
      const name = status === "503" ? `503 (${causeOf503(seen, around) ?? "?"})` : status;
      statuses[name] = (statuses[name] ?? 0) + 1;
    },
    /** A fault of the program's own is one whatever the answer. */
    readLine: (line: string): void => {
      if (line.includes('"code":"fault"') || !line.startsWith("{")) violation(`logged: ${line}`);
    },
    line: (renewals: number) =>
      `${Math.round((Date.now() - began) / 1000)} s: ${renewals} renewals, ${counts.requests} answers ${JSON.stringify(statuses)}, ${violations} violations`,
    report: (more: Readonly<Record<string, number>>): Report => ({
      seed,
      seconds: (Date.now() - began) / 1000,
      counts: { ...more, ...counts },
      statuses,
      violations,
      told,
    }),
  };
};
