import { tokenSealer } from "../../adapters/aes-gcm/token-sealer.ts";
import { openSecrets } from "../config/secrets.ts";
import type { KeyCount, KeyReport } from "../usecases/sessions/key-report.ts";
import { keyReport } from "../usecases/sessions/key-report.ts";
import type { Run } from "./command.ts";
import { withSessions } from "./stored-sessions.ts";

/** Prints the names of the keys that stored sessions need, and never a key. */
export const printKeyReport: Run = async (_, context) => {
  const configuration = await context.configure();
  const { encryptionKeys } = await openSecrets(configuration);
  const report = await withSessions(configuration, context, ({ store }) =>
    keyReport({
      store,
      sealer: tokenSealer(encryptionKeys),
      keyNames: encryptionKeys.map(({ name }) => name),
    }),
  );
  context.print(`${rowsOf(report).join("\n")}\n`);
};

const rowsOf = ({ configured, dropped, unreadable }: KeyReport): string[] => [
  row("Sessions", "Key"),
  ...configured.map((count, index) =>
    row(count.sessions, shown(count), index === 0 ? "seals" : stillNeeded(count)),
  ),
  ...dropped.map((count) =>
    row(count.sessions, shown(count), "is not configured: these people have to log in again"),
  ),
  ...(unreadable === 0 ? [] : [row(unreadable, "(none)", "damaged: these people have to log in again")]),
];

/** Names are free text of the operator's or the store's, so control characters are escaped for the terminal. */
const shown = ({ name }: KeyCount): string => JSON.stringify(name);

const stillNeeded = ({ sessions }: KeyCount): string =>
  sessions === 0 ? "may be dropped" : "is still needed";

const row = (sessions: number | string, key: string, remark = ""): string =>
  `${String(sessions).padStart(8)}  ${key}${remark && `  ${remark}`}`;
