import { homedir } from "node:os";
import { join } from "node:path";
import { isSet } from "./read-settings.ts";
import { isReadable } from "./readable-file.ts";
import type { Settings } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Other sources of credentials that the AWS SDK supports. */
const otherSources = [
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
] as const;

/** Whether an endpoint is AWS's own, also inside of a VPC; amazonaws.com.cn is China's. */
const isAws = (endpoint: string): boolean =>
  URL.canParse(endpoint) && /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);

/** A user that systemd created for one service may have no home folder. */
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
 * Finds missing credentials of a store that is not AWS. On AWS the SDK may get them from the instance's role, which the
 * environment does not show. Credential files are not read here, but by the SDK.
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
