import { NotConfigured } from "../../domain/failure.ts";
import type { Directory } from "../../ports/driven/identity/directory.ts";

/** The directory of a server that cannot query its identity provider for members. */
export const noDirectory = (): Directory => ({
  members: async () => {
    throw new NotConfigured(
      "Members of groups are managed at the identity provider; they cannot be listed here.",
    );
  },
});
