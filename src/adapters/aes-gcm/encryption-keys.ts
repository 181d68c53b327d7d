export interface EncryptionKey {
  /** Free text of the operator's. */
  readonly name: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

/** The first key seals, all of them open. */
export type EncryptionKeys = readonly [EncryptionKey, ...EncryptionKey[]];

export const keyBytes = 32;

/** A name is stored with everything that is sealed, its length in one byte. */
const maxNameBytes = 255;

const form = "name=key[&name=key…], where a key is 32 random bytes in base64url";

/** base64url, or base64 of the common kind, padded or not. Undefined: neither. */
const decodeKey = (text: string): Buffer | undefined => {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === keyBytes ? bytes : undefined;
};

/** What is wrong, in sentences that name keys but never show one. */
const problemsOf = (entries: readonly [string, string][]): string[] => {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const [index, [name, value]] of entries.entries()) {
    // An entry without "=" may be a key whose name was forgotten: then it must not be shown.
    if (name === "" || value === "") {
      problems.push(`Entry ${index + 1} lacks a name or a key. The form is ${form}.`);
      continue;
    }
    const label = `The key named ${JSON.stringify(name)}`;
    if (names.has(name)) problems.push(`${label} is there more than once; names have to be unique.`);
    if (Buffer.byteLength(name) > maxNameBytes)
      problems.push(`${label} has a name of over ${maxNameBytes} bytes.`);
    if (decodeKey(value) === undefined) problems.push(`${label} is not 32 bytes in base64url.`);
    names.add(name);
  }
  return problems;
};

/** Reads SESSION_ENCRYPTION_KEYS, written like a URL's query (configuration.md section 4). */
export const parseEncryptionKeys = (
  text: string,
): { readonly keys: EncryptionKeys } | { readonly problems: readonly string[] } => {
  const entries = [...new URLSearchParams(text)];
  const problems = problemsOf(entries);
  if (problems.length > 0) return { problems };
  const [first, ...others] = entries.map(([name, value]): EncryptionKey => {
    const bytes = decodeKey(value);
    if (bytes === undefined) throw new Error("A key that was found valid is not.");
    return { name, bytes };
  });
  if (first === undefined) return { problems: [`There is no key. The form is ${form}.`] };
  return { keys: [first, ...others] };
};
