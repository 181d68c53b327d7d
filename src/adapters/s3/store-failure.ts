import { S3ServiceException } from "@aws-sdk/client-s3";
import { isFailure, StoreDown, StoreFull } from "../../domain/failure.ts";

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** S3's error code, which the SDK has as the error's name. */
const codeOf = (error: unknown): string => (error instanceof S3ServiceException ? error.name : "");

/** The SDK's name for a 404 without an error code: every 404 to HEAD, and the page of a proxy before the store. */
const notFoundWithoutCode = "NotFound";

/**
 * Whether the store says that there is no such object. A missing bucket or upload is no missing object, and neither
 * is a 403: with the right to list, which `ready` checks, S3 answers 404 for a missing object, and 403 to wrong or
 * revoked credentials.
 */
export const isNotFound = (error: unknown): boolean =>
  statusOf(error) === 404 && !["NoSuchBucket", "NoSuchUpload", notFoundWithoutCode].includes(codeOf(error));

/** The same of an answer to HEAD, which counts if it has a request id: a proxy's has none. */
export const isNotFoundByHead = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (isNotFound(error) || (error.name === notFoundWithoutCode && error.$metadata.requestId !== undefined));

/**
 * Whether a condition of a write did not hold: 412, 404 to If-Match on a missing object, or 409 because of a
 * concurrent write. After a retry the store may have compared with this write's own first attempt; such an error
 * counts as an outage.
 */
export const isPreconditionFailure = (error: unknown): boolean => {
  if (!(error instanceof S3ServiceException) || (error.$metadata.attempts ?? 1) > 1) return false;
  if (["NoSuchUpload", "NoSuchBucket", notFoundWithoutCode].includes(error.name)) return false;
  return [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0);
};

export const isNoSuchKey = (error: unknown): boolean => codeOf(error) === "NoSuchKey";

/** Whether the store denies a permission, or rejects the credentials. */
export const isForbidden = (error: unknown): boolean => statusOf(error) === 403;

/**
 * Whether an answer to HEAD leaves open whether there is an object: without a body, a 403 or 404 does not say why.
 */
export const isInconclusiveHead = (error: unknown): boolean =>
  isForbidden(error) || (codeOf(error) === notFoundWithoutCode && !isNotFoundByHead(error));

/** Whether the store certainly did not carry out a conditional request: its condition failed, or is not supported. */
export const isConditionRejected = (error: unknown): boolean => {
  if (isPreconditionFailure(error)) return true;
  const status = statusOf(error) ?? 0;
  return status === 400 || status === 405 || status === 501;
};

/** The SDK attaches requests, signatures and responses to its errors, which must not get into the log. */
const sanitized = (error: Error): Error => {
  const cause = new Error(error.message);
  cause.name = error.name;
  const status = statusOf(error);
  return Object.assign(
    cause,
    "code" in error ? { code: error.code } : {},
    status === undefined ? {} : { status },
  );
};

/** Error codes of other stores than AWS for full disks and exceeded quotas; some have status 400 or 403. */
const storageFullCodes = [
  "XMinioStorageFull",
  "XMinioAdminBucketQuotaExceeded",
  "QuotaExceeded",
  "InsufficientStorage",
];

const isStorageFull = (error: unknown): boolean =>
  statusOf(error) === 507 || storageFullCodes.includes(codeOf(error));

/** The SDK attaches the response to errors that it throws while parsing it, for example at an invalid date. */
const isProgrammingError = (error: unknown): boolean =>
  (error instanceof TypeError || error instanceof RangeError) && !("$response" in error);

/** Maps every error to StoreDown or StoreFull, except for domain failures and programming errors. */
export const asStoreDown = (error: unknown): unknown => {
  if (isFailure(error) || isProgrammingError(error)) return error;
  const cause = error instanceof Error ? sanitized(error) : error;
  return isStorageFull(error) ? new StoreFull({ cause }) : new StoreDown({ cause });
};
