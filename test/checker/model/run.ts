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
import { providerSettings } from "../../support/stub-provider/provider-settings.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { endedSessions } from "../ended-sessions.ts";
import type { FaultyProvider } from "../faulty-provider.ts";
import { cliClientId, client, faultyProvider } from "../faulty-provider.ts";
import { groupRecord, keptGroup } from "../group-record.ts";
import type { Instance } from "../instance.ts";
import { host, instance } from "../instance.ts";
import type { Login, Person, RefreshRequest } from "../login.ts";
import { logoutTokens } from "../logout-tokens.ts";
import { members } from "../members.ts";
import type { Report } from "../report.ts";
import { describeViolation, newReport } from "../report.ts";
import { virtualUser } from "../virtual-user.ts";
import type { FaultState, Observation } from "./check-response.ts";
import { checkEnd, checkResponse } from "./check-response.ts";
import type { FaultInjectionDeps } from "./fault-injection.ts";
import { injectFaults } from "./fault-injection.ts";
import { faultPeriods } from "./fault-periods.ts";
import { keptRole, recordDamage } from "./kept-role.ts";
import { mutationOptions } from "./mutation.ts";

export interface CheckOptions {
  readonly seed: number;
  /** The run ends after so many renewals or seconds. */
  readonly renewals: number;
  readonly seconds: number;
  readonly sessions?: number;
  readonly instances?: number;
  /** See `mutation.ts`. */
  readonly mutation?: string;
  readonly stopAtFirst?: boolean;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
  /** The share of rounds in which a user logs out. Default: 0.02. */
  readonly logouts?: number;
  /** Mean intervals of faults, in milliseconds. */
  readonly every?: FaultInjectionDeps["every"];
  readonly progress?: (line: string) => void;
}

const defaultIntervals = {
  kill: 12_000,
  redis: 40_000,
  role: 150,
  withdrawal: 1500,
  key: 25_000,
  damage: 2000,
  backchannelLogout: 1500,
  forgery: 4000,
  membership: 500,
  newcomer: 2000,
  recordDamage: 30_000,
};

/** Runs instances of the real program under fault injection, and checks every response. */
export const check = async (options: CheckOptions): Promise<Report> => {
  const folder = await temporaryFolder();
  // During an fsync Redis replies before it writes, so that a kill would lose an acknowledged write.
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
    subject: `person-${index}`,
    keptRole: undefined,
    isViewer: index % 3 !== 0,
    // Most lifetimes are so short that renewals are frequent; the others are so long that marks matter.
    tokenLifetime: index % 6 === 0 ? ([12, 30] as const) : ([0.7, 1.5] as const),
    marks: [],
  })) as unknown as [Person, ...Person[]];

const keptUsernames = 8;

/** Two of each username, who have no role by the provider. */
const membersOf = (): Person[] =>
  Array.from({ length: keptUsernames }, (_, index) => {
    const username = `member-${index}`;
    const common = { username, keptRole: keptRole(), isViewer: false, marks: [] };
    return ["a", "b"].map((letter): Person => {
      const tokenLifetime = letter === "a" ? ([12, 30] as const) : ([0.7, 1.5] as const);
      return { ...common, subject: `${username}-${letter}`, tokenLifetime };
    });
  }).flat();

const checkOn = async (options: CheckOptions, folder: string, redis: StartedRedis): Promise<Report> => {
  const { seed, sessions = 200, instances: size = 4 } = options;
  const random = seededNumbers(seed);
  const began = Date.now();
  const report = newReport(began, options);
  const instances: Instance[] = [];
  const records = recordDamage();
  const faultSources = { redis: faultPeriods(), machine: faultPeriods(), instances, records };
  const provider = await faultyProvider({
    random,
    allowedLoss: (grant, first) => grant.allowedLoss ?? allowedLoss(first, instances, faultSources),
    violation: (what, grant, by) => {
      const first = grant.lastRefresh?.by;
      const killed = first && instances[first.instance]?.killed(first.generation);
      const slow = [first, by].map((one) => one && instances[one.instance]?.slow.last());
      const context = { now: Date.now(), killed, by, slow, redisDown: faultSources.redis.last() };
      const facts = { ...context, ...grant, issuedTokens: grant.issuedTokens.slice(-3) };
      report.violation(`${what}: ${JSON.stringify(facts)}`);
    },
  });
  const faults = { ...faultSources, keys: provider.keyFaults };
  const environment = await environmentOf(folder, redis, provider);
  for (let number = 0; number < size; number++) {
    const workingFolder = join(folder, String(number));
    await mkdir(workingFolder);
    const added = instance({
      number,
      port: await freePort(),
      workingFolder,
      nodeOptions: mutationOptions(options.mutation),
      environment: (generation) => ({
        ...environment,
        OAUTH2_TOKEN_URL: provider.tokenUrl({ instance: number, generation }),
      }),
      onLine: report.readLine,
    });
    instances.push(added);
  }
  const all = instances as [Instance, ...Instance[]];
  const stopWatching = watchMachine(faults.machine, report.counts);
  const connection = await connectRedis(
    { url: redis.url, ca: redis.certificates.ca },
    { write: () => undefined },
  );
  const record = groupRecord(environment.DATA_DIR);
  try {
    await Promise.all(all.map((one) => one.start()));
    options.progress?.(`seed ${seed}: ${size} instances, ${sessions} sessions`);
    const end = Date.now() + options.seconds * 1000;
    const isRunning = () =>
      Date.now() < end &&
      !options.signal?.aborted &&
      provider.counts.renewals < options.renewals &&
      !(options.stopAtFirst && report.isBroken());
    const current = new Set<Login>();
    const observe = (observation: Observation) => {
      if (observation.login.endSeenAt === undefined) current.add(observation.login);
      report.count(observation, faults);
      const wrong = checkResponse(observation, faults);
      if (wrong) report.violation(describeViolation(wrong, observation));
    };
    const ended = endedSessions((login) => {
      report.counts.ends += 1;
      const wrong = checkEnd(login, instances, faults);
      if (wrong) report.violation(`${wrong}: ${JSON.stringify(login)}`);
    });
    const reportFailure = (what: string, number: number, from: number) => {
      const to = Date.now();
      const causes = [faults.redis, faults.machine, faults.keys, instances[number]?.slow];
      if (!causes.some((cause) => cause?.overlaps(from - 100, to)))
        report.violation(`${what}, without a cause`);
    };
    const people = peopleOf(sessions);
    const keptMembers = membersOf();
    const visitors = Array.from(
      { length: sessions },
      (_, index) => people[index % people.length] ?? people[0],
    );
    const virtualUsers = [...visitors, ...keptMembers].map((person) =>
      virtualUser(person, {
        random,
        instances: all,
        provider,
        logouts: options.logouts ?? 0.02,
        isRunning,
        observe,
        observeEnd: ended.add,
        reportFailure,
        counts: report.counts,
      }),
    );
    const progressTimer = setInterval(() => {
      for (const login of current) if (login.endSeenAt ?? login.end) current.delete(login);
      ended.checkSettled();
      options.progress?.(report.line(provider.counts.renewals));
    }, 10_000);
    const marks = redisNotBeforeMarks(connection, systemClock(), { lifetime: 90_000 });
    const injecting = injectFaults({
      random,
      instances: all,
      people,
      logins: () => [...current],
      damage: async ({ cookie }) => {
        const [, id = ""] = /=(?:s%3A|s:)?([A-Za-z0-9_-]{32})/.exec(cookie) ?? [];
        const record = random.pick(['{"login":{"username":7}}', '{"login":"alice"}', "[]", "no JSON"]);
        await connection.run((redis) => redis.set(`nextstrain.org-session:${id}`, record, "PX", 60_000));
      },
      rotateKey: provider.rotateKey,
      logoutTokens: logoutTokens({
        random,
        instances: all,
        provider,
        logins: () => [...current],
        faults,
        observe,
        observeEnd: ended.add,
        violation: report.violation,
        counts: report.counts,
      }),
      members: members({
        random,
        instances: all,
        provider,
        people: keptMembers,
        record,
        faults,
        violation: report.violation,
        counts: report.counts,
      }),
      redis,
      redisFaults: faults.redis,
      marks,
      isRunning,
      every: options.every ?? defaultIntervals,
      counts: report.counts,
    });
    await Promise.all([injecting, ...virtualUsers.map((one) => one.run())]);
    clearInterval(progressTimer);
    if (!(options.stopAtFirst && report.isBroken())) {
      provider.stopFaults();
      // Everything is available; after this time instances have recovered from the last fault.
      await sleep(6000);
      for (let index = 0; index < virtualUsers.length; index += 20) {
        await Promise.all(virtualUsers.slice(index, index + 20).map((one) => one.checkAgain()));
      }
      ended.checkAll();
    }
    return report.summary(provider.counts);
  } finally {
    stopWatching();
    await Promise.all(all.map((one) => one.kill()));
    await record.close();
    await connection.close();
    await provider.close();
  }
};

/**
 * The one loss that is allowed: the process with the new tokens was killed, had closed the connection, or was not
 * scheduled, before it could store them. It cannot while Redis is unavailable.
 */
const allowedLoss = (
  first: RefreshRequest,
  instances: readonly Instance[],
  faults: Omit<FaultState, "keys" | "records">,
): string | undefined => {
  if (first.isResponseLost) return "the answer did not arrive";
  const instance = instances[first.by.instance];
  const killed = instance?.killed(first.by.generation);
  if (!instance) return undefined;
  if (killed === undefined) return lostLease(first, instance, faults);
  const stored = first.delivered === undefined ? killed : storedBy(first.delivered, instance, faults);
  if (killed > stored) return undefined;
  return `killed ${first.delivered === undefined ? 0 : killed - first.delivered} ms after the answer`;
};

/** In milliseconds: `lockLease` of `src/app/adapters.ts`. */
const lease = 5000;

/**
 * A process that is not scheduled for longer than its lease loses the lock to another one, and with it the new tokens.
 */
const lostLease = (
  { delivered }: RefreshRequest,
  instance: Instance,
  faults: Omit<FaultState, "keys" | "records">,
): string | undefined => {
  const now = Date.now();
  if (delivered === undefined || now < delivered + lease) return undefined;
  const isStarved = [instance.slow, faults.machine].some((cause) => cause.overlaps(delivered, now));
  return isStarved && storedBy(delivered, instance, faults) > now ? "not run for a lease" : undefined;
};

/** In milliseconds, within which an instance stores the tokens of a response, without a fault. */
const storingTime = 1000;

/** When an instance has stored the tokens of a response, in spite of the faults that begin before it could. */
const storedBy = (
  delivered: number,
  { slow }: Instance,
  { redis, machine }: Omit<FaultState, "keys" | "records">,
): number => {
  let end = delivered;
  for (let last = -1; end !== last && Number.isFinite(end); ) {
    last = end;
    for (const each of [slow, redis, machine]) {
      if (each.overlaps(end, end + storingTime))
        end = Math.max(each.endAfter(end), each.endAfter(end + storingTime));
    }
  }
  return end + storingTime;
};

const environmentOf = async (folder: string, redis: StartedRedis, provider: FaultyProvider) => {
  const paths = { groups: join(folder, "groups.json"), ca: join(folder, "ca.pem") };
  await writeFile(
    paths.groups,
    JSON.stringify([
      { name: "test-private", isPublic: false },
      { name: keptGroup, isPublic: false },
    ]),
  );
  await writeFile(paths.ca, redis.certificates.ca);
  return {
    ...production,
    // The same for all: records lie there.
    DATA_DIR: join(folder, "data"),
    REDIS_REQUIRED: "true",
    REDIS_URL: redis.url,
    REDIS_CA_FILE: paths.ca,
    GROUPS_DATA_FILE: paths.groups,
    PUBLIC_ORIGIN: `https://${host}`,
    ...providerSettings(provider.issuer, { app: client, cli: { id: cliClientId } }),
    // Shorter than some refresh responses take.
    OIDC_TIMEOUT: "2",
    RENEWAL_TIMEOUT: "7",
  };
};

/** When this process was not scheduled for a third of a second, instances may have missed their timeouts too. */
const watchMachine = (machine: FaultState["machine"], counts: { lagSeconds: number }): (() => void) => {
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
