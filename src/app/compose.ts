import { setImmediate as nextTurn } from "node:timers/promises";
import type { DependencyContainer } from "tsyringe";
import { openOverviews } from "../adapters/http/groups/overview/overview.ts";
import { preloadPages } from "../adapters/http/pages/template.ts";
import type { RequestHandler } from "../adapters/http/server.ts";
import { server } from "../adapters/http/server.ts";
import type { Seconds } from "../domain/brand.ts";
import type { AdapterParts } from "./adapters.ts";
import { bindAdapters } from "./adapters.ts";
import { bind, get, newContainer } from "./bindings.ts";
import { cachedListings } from "./caches/cached-listings.ts";
import type { Origins, ProviderParts } from "./config/identity-provider.ts";
import { openIdentityProvider } from "./config/identity-provider.ts";
import type { Settings } from "./config/settings.ts";
import { httpOptions } from "./http-options.ts";
import { keys } from "./keys.ts";
import { loginParts } from "./logins.ts";
import { mailParts } from "./mail.ts";
import type { Ports } from "./resolve-ports.ts";
import { resolvePorts } from "./resolve-ports.ts";
import { backgroundWork } from "./runtime/background-work.ts";
import { periodicWork } from "./runtime/periodic-work.ts";
import { readiness } from "./runtime/readiness.ts";
import { addSampleData } from "./runtime/sample-data.ts";
import { settleAll } from "./runtime/settle-all.ts";
import { logUnknownRoleGroups } from "./runtime/start-warnings.ts";
import { accessRequestRecords } from "./usecases/access-requests/access-request-records.ts";
import { accessRequests } from "./usecases/access-requests/access-requests.ts";
import { groupAccess } from "./usecases/groups/access.ts";
import type { GroupCatalogue } from "./usecases/groups/group-catalogue.ts";
import { groupCatalogue } from "./usecases/groups/group-catalogue.ts";
import { groups } from "./usecases/groups/groups.ts";
import { listings } from "./usecases/groups/listings.ts";
import { discovery } from "./usecases/identity/discovery.ts";
import { invitationPointers } from "./usecases/invitations/invitation-pointers.ts";
import { invitations } from "./usecases/invitations/invitations.ts";
import { administrators, withAdministrators } from "./usecases/people/administrators.ts";
import { mailEnds } from "./usecases/people/mail-ends.ts";
import type { Memberships } from "./usecases/people/memberships.ts";
import { memberships, withMemberships } from "./usecases/people/memberships.ts";
import type { People } from "./usecases/people/people.ts";
import { people } from "./usecases/people/people.ts";
import { storedFiles } from "./usecases/resources/stored-files.ts";
import type { Background } from "./usecases/sessions/background.ts";

/**
 * The composition root: which adapter stands behind which port, and which use case gets which ports. Nobody
 * else resolves anything. What is opened here is closed by the parts' closers.
 */
export const compose = async (parts: AdapterParts, origins: Origins): Promise<RequestHandler> => {
  const container = newContainer();
  await bindAdapters(container, parts);
  const isEmbedded = parts.configuration.provider.kind === "embedded";
  // In parallel: the provider hashes passwords on other threads, while the sample data is computed on this one.
  const [provider] = await settleAll([
    openIdentityProvider(parts, origins, get(container, keys.limiters)),
    isEmbedded ? addSample(container, parts, origins) : undefined,
  ]);
  bind(container, keys.identityProvider, () => provider.identityProvider);
  const ports = resolvePorts(container);
  const catalogue = groupCatalogue({ ...ports, file: ports.catalogue });
  await catalogue.check();
  logUnknownRoleGroups(parts.configuration.settings, catalogue, parts.log);
  return assemble({ ...ports, catalogue }, parts, provider);
};

const addSample = (from: DependencyContainer, { configuration }: AdapterParts, origins: Origins) =>
  addSampleData({
    catalogue: get(from, keys.catalogue),
    store: get(from, keys.resourceStore),
    contentCheck: get(from, keys.contentCheck),
    folder: configuration.settings.DATA_DIR,
    origin: origins[0],
  });

/** How long a server that stops waits for its background work. */
const drainTimeout: Seconds = 5;

/** How often it is looked which memberships end soon. */
const mailInterval: Seconds = 3600;

/** The ports, with the groups made here beside those of the data file. */
interface AllPorts extends Ports {
  readonly catalogue: GroupCatalogue;
}

const assemble = (ports: AllPorts, parts: AdapterParts, provider: ProviderParts): RequestHandler => {
  const { settings } = parts.configuration;
  const background = parts.closers.add(backgroundWork({ log: ports.log, drainTimeout }));
  background.add("reading what is served into memory", () => preload(ports));
  const kept = memberships(ports);
  const areRolesKeptHere = settings.MEMBERSHIPS === "here";
  const counting = areRolesKeptHere ? kept : undefined;
  const data = dataParts(ports, counting, background);
  const { identify, ...logins } = loginParts({ ports, parts, provider, background });
  const mail = mailParts(ports, parts);
  const requestsBackground = parts.closers.add(backgroundWork({ log: ports.log, drainTimeout }));
  if (counting && mail.mail.isAvailable) {
    const mailing = mailEnds({ ...data, ...mail, memberships: counting });
    const work = async () => {
      await ports.catalogue.refresh();
      await mailing();
    };
    parts.closers.add(periodicWork(background, "mailing which memberships end", work, mailInterval));
  }
  return server({
    ...ports,
    ...logins,
    ...httpOptions(parts),
    groups: groups({ ...data, ...mail }),
    invitations: invitations(data),
    accessRequests: accessRequests({ ...data, ...mail, background: requestsBackground }),
    refreshGroups: ports.catalogue.refresh,
    openAdministration: async () => {
      const { groupAdministration } = await import("./usecases/administration/group-administration.ts");
      const { catalogue } = ports;
      const { catalogue: file } = parts.configuration;
      return groupAdministration({ ...data, file, catalogue, memberships: kept, areRolesKeptHere });
    },
    identifyCaller: withAdministrators(
      withMemberships(identify, counting),
      administratorsIn(ports, settings, data.people, background),
    ),
    discovery: discovery({ ...ports, ...provider }),
    readiness: readiness(ports),
    overviews: parts.closers.add(openOverviews(ports.log)),
    formActionOrigins: provider.formTargets,
    embeddedProvider: provider.handler,
  });
};

const administratorsIn = (ports: Ports, settings: Settings, known: People, background: Background) => {
  const { ADMINISTRATORS: usernames, ADMINISTRATOR_GROUPS: groupNames } = settings;
  const recognised = administrators({ ...ports, usernames, groups: groupNames });
  if (usernames.length > 0) {
    background.add("binding administrators who have signed in before", async () => {
      const { issuer } = await ports.identityProvider.metadata();
      await recognised.bindKnown(known, issuer);
    });
  }
  return recognised;
};

const dataParts = (ports: Ports, kept: Memberships | undefined, background: Background) => {
  const { resourceStore: store, contentCheck, clock } = ports;
  const now = listings({ store, pause: () => nextTurn() });
  return {
    ...ports,
    store,
    files: storedFiles({ store, contentCheck }),
    listings: cachedListings(now, clock),
    access: groupAccess(ports),
    memberships: kept,
    people: people(ports.records),
    pointers: invitationPointers({ ...ports, background }),
    requests: accessRequestRecords(ports.records),
  };
};

const preload = async ({ auspice }: Pick<Ports, "auspice">): Promise<void> => {
  await auspice.preload();
  preloadPages();
};
