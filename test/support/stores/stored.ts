import type { ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";

/** What a server has stored, seen past its HTTP API: as its operator sees it, or whoever got into the store. */
export interface Stored {
  /** Everything, by its name, with its content. */
  everything(): Promise<Map<string, string>>;
  /** All objects. */
  objects(): Promise<Map<string, string>>;
  /** The records of all sessions, each of which holds one JSON object; not what is being written or removed. */
  sessions(): Promise<Map<string, string>>;
  overwriteSession(name: string, record: string): Promise<void>;
  /** Marks a user's tokens as out of date, as another instance does. */
  mark(username: string, at: number): Promise<void>;
  /** The server's objects by a way of one's own. */
  openObjects(): Promise<ResourceStore & { close(): Promise<void> }>;
  /** What this process has open of the stored objects, unread: a download that nobody ends stays here. */
  held(): Promise<readonly string[]>;
  /** Lets time pass for what ends by the store's own clock. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Where servers of the tests store things, by their folder: the same folder is the same data. */
export interface Stores {
  /** Settings that choose these stores. */
  settings(folder: string): Promise<Readonly<Record<string, string>>>;
  open(folder: string, now: () => number): Stored;
}
