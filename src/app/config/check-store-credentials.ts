import { homedir } from "node:os";
import { join } from "node:path";
import { isSet } from "./read-settings.ts";
import { isReadable } from "./readable-file.ts";
import type { Settings } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the AWS SDK finds credentials besides, or asks for them. */
const otherSources = [
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
] as const;

/** Endpoints of AWS itself, those inside of a VPC among them; amazonaws.com.cn is China's. */
const isAws = (endpoint: string): boolean =>
  URL.canParse(endpoint) && /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);

/** A user that exists for one service only, as systemd makes them, may have none. */
const homeOfUser = (): string => {
  try {
    return homedir();
  } catch {
    return "/";
  }
};

const fileNamed = (environment: Environment, name: string, usual: string): string => {
  const named = environment[name];
  return named !== undefined && isSet(environment, name)
    ? named
    : join(environment["HOME"] || homeOfUser(), ".aws", usual);
};

/**
 * Finds that the store can have no credentials. Only of a store that is not AWS: on AWS's machines the SDK asks the
 * machine itself (instance roles), which the environment does not tell. What a file holds is left to the SDK.
 */
export const checkStoreCredentials = (
  { GROUPS_STORAGE: storage, AWS_ENDPOINT_URL_S3: endpoint }: Settings,
  environment: Environment,
  problems: string[],
): void => {
  if (storage !== "s3" || endpoint === undefined || isAws(endpoint)) return;
  const missing = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].filter((name) => !isSet(environment, name));
  if (missing.length === 0 || otherSources.some((name) => isSet(environment, name))) return;
  const files = [
    fileNamed(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    fileNamed(environment, "AWS_CONFIG_FILE", "config"),
  ];
  if (files.some(isReadable)) return;
  problems.push(
    `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set, and the store of AWS_ENDPOINT_URL_S3 wants ` +
      `credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file in AWS_SHARED_CREDENTIALS_FILE ` +
      `(${files[0]} cannot be read).`,
  );
};
