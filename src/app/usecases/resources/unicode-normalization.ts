import type { KeyPrefix, ObjectKey } from "../../../domain/resources/object-key.ts";
import { inFolder, keyIn } from "../../../domain/resources/object-key.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";

const ascii = /^[\x20-\x7e]*$/;

/** The names of a folder that are not stored in NFC, by their NFC form. */
export type NonNfcNames = ReadonlyMap<string, readonly string[]>;

export const nonNfcNamesIn = async (
  store: ResourceStore,
  folder: KeyPrefix,
  signal: AbortSignal,
): Promise<NonNfcNames> => {
  const forms = new Map<string, string[]>();
  for await (const stored of store.list(folder, signal)) {
    const name = stored.normalize("NFC");
    if (name !== stored) forms.set(name, [...(forms.get(name) ?? []), stored]);
  }
  return forms;
};

interface FolderNames {
  /** The folder's names, which may be cached for a moment. */
  of(folder: KeyPrefix, signal: AbortSignal): Promise<NonNfcNames>;
  /** Makes later calls list the folder again. */
  invalidate(folder: KeyPrefix): void;
}

/**
 * Finds objects that are stored under another Unicode form of a key. Keys are requested in NFC, but copies and older
 * versions stored names as they came, from a Mac in NFD. When a name with characters beyond ASCII is not found, its
 * folder is listed. Of a name in two forms the NFC one counts.
 */
export const withUnicodeNormalization = (store: ResourceStore, forms: FolderNames): ResourceStore => {
  const others = async (key: ObjectKey, signal: AbortSignal): Promise<ObjectKey[]> => {
    const { folder, name } = inFolder(key);
    if (ascii.test(name)) return [];
    const stored = (await forms.of(folder, signal)).get(name) ?? [];
    return stored.map((form) => keyIn(folder, form));
  };
  /** Invalidates the folder before a change, which needs the present state, and after it. */
  const changing = async <T>(key: ObjectKey, change: () => Promise<T>): Promise<T> => {
    const { folder } = inFolder(key);
    forms.invalidate(folder);
    try {
      return await change();
    } finally {
      forms.invalidate(folder);
    }
  };
  const isThere = async (key: ObjectKey, signal: AbortSignal) =>
    (await store.stat(key, signal)) !== undefined;
  return {
    list: (prefix, signal) => store.list(prefix, signal),
    roots: (signal) => store.roots(signal),
    usage: (prefix, signal) => store.usage(prefix, signal),
    read: async (key, signal) => {
      const stored = await store.read(key, signal);
      const [other] = stored ? [] : await others(key, signal);
      return other === undefined ? stored : store.read(other, signal);
    },
    stat: async (key, signal) => {
      const metadata = await store.stat(key, signal);
      const [other] = metadata ? [] : await others(key, signal);
      return other === undefined ? metadata : store.stat(other, signal);
    },
    write: (key, content, condition, signal) =>
      changing(key, async () => {
        const isKnown = ascii.test(inFolder(key).name) || (await isThere(key, signal));
        const [other] = isKnown ? [] : await others(key, signal);
        return store.write(other ?? key, content, condition, signal);
      }),
    remove: (key, condition, signal) =>
      changing(key, async () => {
        const rest = await others(key, signal);
        const shown = rest.length === 0 || (await isThere(key, signal)) ? key : (rest.shift() ?? key);
        const outcome = await store.remove(shown, condition, signal);
        if (outcome === "done") {
          await Promise.all(rest.map((form) => store.remove(form, { kind: "none" }, signal)));
        }
        return outcome;
      }),
    ready: (signal) => store.ready(signal),
  };
};
