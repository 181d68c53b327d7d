import type { ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";

export interface OpenStore extends ResourceStore {
  close(): Promise<void>;
}

/** The data of a server without its HTTP API, as its operator sees it, or an attacker with access to the stores. */
export interface Stored {
  /** All contents, by their names. */
  everything(): Promise<Map<string, string>>;
  /** All objects of groups, by their names. */
  objects(): Promise<Map<string, string>>;
  /** The records of all sessions, each with one JSON object; without unfinished writes. */
  sessions(): Promise<Map<string, string>>;
  overwriteSession(name: string, record: string): Promise<void>;
  /** Sets a user's not-before mark, as another instance does. */
  setNotBefore(username: string, at: number): Promise<void>;
  /** Opens the server's objects by another instance of its adapter. */
  openObjects(): Promise<OpenStore>;
  /** The same of the store of its records, and the prefix of their keys there. */
  openRecords(): Promise<{ readonly store: OpenStore; readonly root: string }>;
  /** Files or sockets of stored objects that this process has not read to their end; abandoned downloads stay here. */
  openReads(): Promise<readonly string[]>;
  /** Loses all that may be lost: what Redis holds, or what the server's folder holds instead. */
  loseSessions(): Promise<void>;
  /** Lets time pass for what expires by the store's own clock. */
  passSeconds(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** The stores that the servers of the tests use. Servers with the same folder share their data. */
export interface Stores {
  /** Settings that choose these stores. */
  settings(folder: string): Promise<Readonly<Record<string, string>>>;
  open(folder: string, now: () => number): Stored;
}
