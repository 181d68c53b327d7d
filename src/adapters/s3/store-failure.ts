import { S3ServiceException } from "@aws-sdk/client-s3";
import { isFailure, StoreDown, StoreFull } from "../../domain/failure.ts";

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

const namesOf = (error: unknown): string => (error instanceof S3ServiceException ? error.name : "");

/** The SDK's name for a 404 that gives no code, as HEAD's never does: a page of a proxy before the store's is one too. */
const withoutCode = "NotFound";

/**
 * Whether the store says that there is no such object; a missing bucket is no missing object. A 403 says nothing of
 * the kind: with the right to list, which `ready` asks for, S3 answers 404 for what is missing, and 403 to keys that
 * are wrong or were revoked. By HEAD it does not even say which.
 */
export const isMissing = (error: unknown): boolean =>
  statusOf(error) === 404 && !["NoSuchBucket", "NoSuchUpload", withoutCode].includes(namesOf(error));

/** Whether an answer to HEAD that says "not there" is the store's own, which numbers its answers. */
export const isMissingByHead = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (isMissing(error) || (error.name === withoutCode && error.$metadata.requestId !== undefined));

/**
 * Whether a condition sent with a write did not hold: 404 is the answer to If-Match where nothing is, 409 that
 * somebody else wrote at the same moment. Of a request that was sent twice it is not known whose write was
 * found; that is StoreDown.
 */
export const isConditionFailure = (error: unknown): boolean => {
  if (!(error instanceof S3ServiceException) || (error.$metadata.attempts ?? 1) > 1) return false;
  if (["NoSuchUpload", "NoSuchBucket", withoutCode].includes(error.name)) return false;
  return [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0);
};

export const isNoSuchKey = (error: unknown): boolean => namesOf(error) === "NoSuchKey";

/** Whether the store says that it does not let us do this, or does not say who we are to it. */
export const isForbidden = (error: unknown): boolean => statusOf(error) === 403;

/** Whether an answer to HEAD leaves open whether there is an object: only a body says what a 403 or a 404 is about. */
export const isOpenByHead = (error: unknown): boolean =>
  isForbidden(error) || (namesOf(error) === withoutCode && !isMissingByHead(error));

/** Whether a store says for certain that it did not carry out a request for its conditions: it may not know them. */
export const isRefusal = (error: unknown): boolean => {
  if (isConditionFailure(error)) return true;
  const status = statusOf(error) ?? 0;
  return status === 400 || status === 405 || status === 501;
};

/** The SDK hangs requests, signatures and answers on its errors; only what says what happened goes on. */
const causeOf = (error: Error): Error => {
  const cause = new Error(error.message);
  cause.name = error.name;
  const status = statusOf(error);
  return Object.assign(
    cause,
    "code" in error ? { code: error.code } : {},
    status === undefined ? {} : { status },
  );
};

/** What other stores than AWS, which is never full, say of full disks and used-up quotas; some by 400 or 403. */
const fullNames = [
  "XMinioStorageFull",
  "XMinioAdminBucketQuotaExceeded",
  "QuotaExceeded",
  "InsufficientStorage",
];

const isFull = (error: unknown): boolean => statusOf(error) === 507 || fullNames.includes(namesOf(error));

/** What the SDK throws at an answer that it cannot read, such as a date that is none, has that answer with it. */
const isFaultOfOurs = (error: unknown): boolean =>
  (error instanceof TypeError || error instanceof RangeError) && !("$response" in error);

/** All that keeps the store from doing its part is StoreDown; a fault of our own passes as it is. */
export const asStoreDown = (error: unknown): unknown => {
  if (isFailure(error) || isFaultOfOurs(error)) return error;
  const cause = error instanceof Error ? causeOf(error) : error;
  return isFull(error) ? new StoreFull({ cause }) : new StoreDown({ cause });
};
