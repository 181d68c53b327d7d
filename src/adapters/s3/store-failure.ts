import { S3ServiceException } from "@aws-sdk/client-s3";
import { isFailure, StoreDown } from "../../domain/failure.ts";

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

const namesOf = (error: unknown): string => (error instanceof S3ServiceException ? error.name : "");

/** 403 answers that are about us, not about the object. */
const accountFaults = [
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidToken",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
];

/**
 * Whether the store says that there is no such object. Without permission to list, S3 answers 403 for one that
 * is missing (storage.md section 1). A missing bucket is no missing object.
 */
export const isMissing = (error: unknown): boolean => {
  const status = statusOf(error);
  const name = namesOf(error);
  if (status === 404) return name !== "NoSuchBucket" && name !== "NoSuchUpload";
  return status === 403 && !accountFaults.includes(name);
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
