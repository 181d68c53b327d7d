export interface EncryptionKey {
  /** Any text, chosen by the operator. */
  readonly name: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

/** The first key encrypts; all of them decrypt. */
export type EncryptionKeys = readonly [EncryptionKey, ...EncryptionKey[]];

export const keyBytes = 32;

/** The envelope of a sealed text has the length of the key's name in one byte. */
const maxNameBytes = 255;

const format = "name=key[&name=key…], where a key is 32 random bytes in base64url";

/** Decodes base64url or base64, padded or not. Undefined: it is neither, or of another length. */
const decodeKey = (text: string): Buffer | undefined => {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === keyBytes ? bytes : undefined;
};

/** Problems in sentences for the operator, which contain the names of keys but no key. */
const findProblems = (entries: readonly [string, string][]): string[] => {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const [index, [name, value]] of entries.entries()) {
    // An entry without "=" may be a key without its name, and is not shown.
    if (name === "" || value === "") {
      problems.push(`Entry ${index + 1} lacks a name or a key. The form is ${format}.`);
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

/** Parses SESSION_ENCRYPTION_KEYS, which has the format of a URL's query (configuration.md section 4). */
export const parseEncryptionKeys = (
  text: string,
): { readonly keys: EncryptionKeys } | { readonly problems: readonly string[] } => {
  const entries = [...new URLSearchParams(text)];
  const problems = findProblems(entries);
  if (problems.length > 0) return { problems };
  const [first, ...others] = entries.map(([name, value]): EncryptionKey => {
    const bytes = decodeKey(value);
    if (bytes === undefined) throw new Error("A key that was found valid is not.");
    return { name, bytes };
  });
  if (first === undefined) return { problems: [`There is no key. The form is ${format}.`] };
  return { keys: [first, ...others] };
};
