import { S3ServiceException } from "@aws-sdk/client-s3";
import { isFailure, StoreDown } from "../../domain/failure.ts";

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

const namesOf = (error: unknown): string => (error instanceof S3ServiceException ? error.name : "");

/**
 * Whether the store says that there is no such object; a missing bucket is no missing object. A 403 says nothing of
 * the kind: with the right to list, which `ready` asks for, S3 answers 404 for what is missing, and 403 to keys that
 * are wrong or were revoked. By HEAD it does not even say which.
 */
export const isMissing = (error: unknown): boolean => {
  const name = namesOf(error);
  return statusOf(error) === 404 && name !== "NoSuchBucket" && name !== "NoSuchUpload";
};

/**
 * Whether a condition sent with a write did not hold: 404 is the answer to If-Match where nothing is, 409 that
 * somebody else wrote at the same moment. Of a request that was sent twice it is not known whose write was
 * found; that is StoreDown.
 */
export const isConditionFailure = (error: unknown): boolean => {
  if (!(error instanceof S3ServiceException) || (error.$metadata.attempts ?? 1) > 1) return false;
  if (error.name === "NoSuchUpload" || error.name === "NoSuchBucket") return false;
  return [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0);
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

/** All that keeps the store from doing its part is StoreDown; a fault of our own passes as it is. */
export const asStoreDown = (error: unknown): unknown => {
  if (isFailure(error) || error instanceof TypeError || error instanceof RangeError) return error;
  return new StoreDown({ cause: error instanceof Error ? causeOf(error) : error });
};
