import { existsSync } from "node:fs";
import { printProgress, run, succeeds } from "./command.ts";
import { buildApache } from "./recipe/apache.ts";
import { buildExim } from "./recipe/exim.ts";
import { buildMachine } from "./recipe/machine.ts";
import { buildNginx } from "./recipe/nginx.ts";
import { buildDex } from "./recipe/providers/dex.ts";
import { buildGlewlwyd } from "./recipe/providers/glewlwyd.ts";
import { buildHydra } from "./recipe/providers/hydra.ts";
import { buildKeycloak } from "./recipe/providers/keycloak.ts";
import { buildOpenldap } from "./recipe/providers/openldap.ts";
import { buildGarage } from "./recipe/stores/garage.ts";
import { buildMinio } from "./recipe/stores/minio.ts";
import { buildRadosgw } from "./recipe/stores/radosgw.ts";
import { buildRedis } from "./recipe/stores/redis.ts";
import { buildSeaweedfs } from "./recipe/stores/seaweedfs.ts";
import { buildVersitygw } from "./recipe/stores/versitygw.ts";

export type ImageKind =
  | "redis"
  | "minio"
  | "nginx"
  | "apache"
  | "keycloak"
  | "dex"
  | "openldap"
  | "glewlwyd"
  | "versitygw"
  | "radosgw"
  | "garage"
  | "seaweedfs"
  | "hydra"
  | "exim"
  | "machine";

interface ImageSource {
  readonly variable: string;
  readonly otherwise: string;
  /** The image is in no registry. */
  readonly isUnpublished?: true;
  /** Builds an equivalent image from packages, with the given name. */
  readonly build: (name: string) => Promise<void>;
}

const sources: Record<ImageKind, ImageSource> = {
  redis: { variable: "REDIS_IMAGE", otherwise: "redis:7.0.15", build: buildRedis },
  minio: {
    variable: "MINIO_IMAGE",
    otherwise: "minio/minio:RELEASE.2025-09-07T16-13-09Z",
    build: buildMinio,
  },
  nginx: { variable: "NGINX_IMAGE", otherwise: "nginx:1.22.1", build: buildNginx },
  apache: { variable: "APACHE_IMAGE", otherwise: "httpd:2.4.66", build: buildApache },
  keycloak: {
    variable: "KEYCLOAK_IMAGE",
    otherwise: "quay.io/keycloak/keycloak:26.4.0",
    build: buildKeycloak,
  },
  dex: { variable: "DEX_IMAGE", otherwise: "ghcr.io/dexidp/dex:v2.41.1", build: buildDex },
  openldap: { variable: "OPENLDAP_IMAGE", otherwise: "osixia/openldap:1.5.0", build: buildOpenldap },
  glewlwyd: { variable: "GLEWLWYD_IMAGE", otherwise: "babelouest/glewlwyd:2.7.5", build: buildGlewlwyd },
  versitygw: {
    variable: "VERSITYGW_IMAGE",
    otherwise: "versity/versitygw:v1.8.0",
    build: buildVersitygw,
  },
  radosgw: { variable: "RADOSGW_IMAGE", otherwise: "quay.io/ceph/ceph:v16.2.15", build: buildRadosgw },
  garage: { variable: "GARAGE_IMAGE", otherwise: "dxflrs/garage:v2.5.0", build: buildGarage },
  seaweedfs: {
    variable: "SEAWEEDFS_IMAGE",
    otherwise: "chrislusf/seaweedfs:4.53",
    build: buildSeaweedfs,
  },
  hydra: { variable: "HYDRA_IMAGE", otherwise: "oryd/hydra:v2.3.0", build: buildHydra },
  exim: {
    variable: "EXIM_IMAGE",
    otherwise: "nextstrain-groups-server-test-exim:1",
    isUnpublished: true,
    build: buildExim,
  },
  machine: {
    variable: "MACHINE_IMAGE",
    otherwise: "nextstrain-groups-server-test-machine:1",
    isUnpublished: true,
    build: buildMachine,
  },
};

/** The release that the tests use by default; the variable may name another one. */
export const defaultImage = (kind: ImageKind): string => sources[kind].otherwise;

export const imageName = (kind: ImageKind): string =>
  process.env[sources[kind].variable] || defaultImage(kind);

const exists = (name: string) => succeeds("docker", ["image", "inspect", name]);

/** After one registry has been unreachable, the others are not tried, which would take as long. */
let areRegistriesReachable = true;

const pull = async (name: string): Promise<boolean> => {
  if (!areRegistriesReachable) return false;
  printProgress(`pulling ${name}`);
  try {
    // To build the image takes no longer.
    await run("docker", ["pull", "--quiet", name], { seconds: 180 });
    return true;
  } catch (cause) {
    areRegistriesReachable = false;
    printProgress(
      `no image could be pulled: ${cause instanceof Error ? cause.message.split("\n").at(-1) : cause}`,
    );
    return false;
  }
};

/** Resolves to the image's name when it exists; pulls it, or else builds it from packages. */
export const ensureImage = async (kind: ImageKind): Promise<string> => {
  const name = imageName(kind);
  if (await exists(name)) return name;
  if (!sources[kind].isUnpublished && (await pull(name))) return name;
  if (!existsSync("/etc/debian_version")) {
    throw new Error(`The image ${name} could be neither pulled nor, since this is not Debian, built.`);
  }
  const began = Date.now();
  printProgress(`building ${name} from packages`);
  await sources[kind].build(name);
  printProgress(`built ${name} in ${Math.round((Date.now() - began) / 1000)} s`);
  return name;
};
