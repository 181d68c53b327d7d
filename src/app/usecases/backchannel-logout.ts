import type { Seconds } from "../../domain/brand.ts";
import { concerns, logoutTokenMaxAge, ownersNamed } from "../../domain/logout-notice.ts";
import type { IdentityProvider } from "../../ports/driven/identity-provider.ts";
import type { UsedNotices } from "../../ports/driven/used-notices.ts";
import type { BackchannelLogout } from "../../ports/driving/backchannel-logout.ts";
import type { SessionEntries } from "./session-entries.ts";

interface Deps {
  readonly identityProvider: IdentityProvider;
  readonly notices: UsedNotices;
  readonly entries: SessionEntries;
}

/** Longer than any token is accepted, clocks that differ included. */
const remembered: Seconds = 2 * logoutTokenMaxAge;

export const backchannelLogout =
  (d: Deps): BackchannelLogout =>
  async (logoutToken) => {
    const verification = await d.identityProvider.verifyLogout(logoutToken);
    if (verification.outcome === "invalid") return { outcome: "refused", reason: verification.reason };
    const { notice } = verification;
    if (await d.notices.has(notice.id)) {
      return { outcome: "refused", reason: "The logout token has been used before." };
    }
    const found = await d.entries.find(ownersNamed(notice), (login) => concerns(notice, login));
    for (const { id, login } of found) await d.entries.end(id, login, "logged out at the provider");
    // Only now: after an outage half way the provider's next try has to count.
    await d.notices.add(notice.id, remembered);
    return { outcome: "done" };
  };
