import { NotConfigured } from "../../domain/failure.ts";
import type { Directory } from "../../ports/driven/identity/directory.ts";

/** Where members are managed at the identity provider alone, and cannot be asked for. */
export const noDirectory = (): Directory => ({
  members: async () => {
    throw new NotConfigured(
      "Members of groups are managed at the identity provider; they cannot be listed here.",
    );
  },
});
