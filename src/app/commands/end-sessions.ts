import { endSessions } from "../usecases/end-sessions.ts";
import type { Run } from "./command.ts";
import { withSessions } from "./stored-sessions.ts";

export const endSessionsOf: Run = async ([username = ""], surroundings) => {
  const configuration = await surroundings.configure();
  const ended = await withSessions(configuration, surroundings, (store) => endSessions(store, username));
  const what = ended === 1 ? "1 session" : `${ended} sessions`;
  surroundings.print(`Ended ${what} of ${JSON.stringify(username)}.\n`);
};
