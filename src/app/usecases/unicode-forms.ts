import type { ObjectKey } from "../../domain/object-key.ts";
import { inFolder, keyIn } from "../../domain/object-key.ts";
import type { ResourceStore } from "../../ports/driven/resource-store.ts";

const ascii = /^[\x20-\x7e]*$/;

/**
 * A store that finds what is stored under another Unicode form of a key: keys are asked for in NFC, but copies and
 * older versions have put names there as they came, from a Mac as NFD. Where a key holds letters beyond ASCII, and
 * nothing is stored under it, its folder is listed. What is there in two forms is one object: the NFC one.
 */
export const foundInAnyForm = (store: ResourceStore): ResourceStore => {
  const formsOf = async (key: ObjectKey, signal: AbortSignal): Promise<ObjectKey[]> => {
    const { folder, name } = inFolder(key);
    const forms: ObjectKey[] = [];
    for await (const stored of store.list(folder, signal)) {
      if (stored.normalize("NFC") === name) forms.push(keyIn(folder, stored));
    }
    return forms;
  };
  const firstForm = async (key: ObjectKey, signal: AbortSignal): Promise<ObjectKey | undefined> =>
    ascii.test(key) ? undefined : (await formsOf(key, signal))[0];
  return {
    list: (prefix, signal) => store.list(prefix, signal),
    read: async (key, signal) => {
      const stored = await store.read(key, signal);
      const other = stored ? undefined : await firstForm(key, signal);
      return other === undefined ? stored : store.read(other, signal);
    },
    stat: async (key, signal) => {
      const metadata = await store.stat(key, signal);
      const other = metadata ? undefined : await firstForm(key, signal);
      return other === undefined ? metadata : store.stat(other, signal);
    },
    write: async (key, content, condition, signal) => {
      const isNew = !ascii.test(key) && (await store.stat(key, signal)) === undefined;
      const other = isNew ? await firstForm(key, signal) : undefined;
      return store.write(other ?? key, content, condition, signal);
    },
    remove: async (key, condition, signal) => {
      const forms = ascii.test(key) ? [] : await formsOf(key, signal);
      const others = forms.filter((form) => form !== key);
      const shown = others.length === forms.length ? (others.shift() ?? key) : key;
      const outcome = await store.remove(shown, condition, signal);
      if (outcome === "done") {
        await Promise.all(others.map((form) => store.remove(form, { kind: "none" }, signal)));
      }
      return outcome;
    },
    ready: (signal) => store.ready(signal),
  };
};
