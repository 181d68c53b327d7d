/** The first segment of addresses whose second one is a secret: who has the address may use what is there. */
const secretPrefixes = ["invitations", "shared"];

/** Matches what a router matches, and repeated or encoded slashes, so that a mistyped address is masked too. */
const secretPath = new RegExp(`^(/+(?:${secretPrefixes.join("|")})(?:/|%2f)+)([^/?#]+)`, "i");

/** Whether a path, with or without a query, has a secret in it. */
export const hasSecret = (path: string): boolean => secretPath.test(path);

/** The path without its secret, for logs and everything that shows an address: `/invitations/***`. */
export const maskSecret = (path: string): string => path.replace(secretPath, "$1***");
