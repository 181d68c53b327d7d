import { isFailure, TooManyAttempts } from "../../../domain/failure.ts";
import type { OpenLimiter, Rate } from "../../../ports/driven/system/limiter.ts";
import type { Context } from "../context.ts";
import { clientNetwork } from "../requests/client-address.ts";

/** Limits guesses of secrets in addresses, by the client's network: nobody else is refused for them. */
export interface SecretGuesses {
  /**
   * Runs `lookUp`, which throws NotFound for an unknown secret; only that counts as a guess. Throws TooManyAttempts
   * before looking anything up, and StoreDown.
   */
  count<T>(ctx: Context, lookUp: () => Promise<T>): Promise<T>;
}

/**
 * Generous to an institution behind one address, also for right secrets, which count while they are looked up. Secrets are
 * long: this bounds load and noise more than luck.
 */
const rate: Rate = { burst: 50, interval: 30 };

export const secretGuesses = (limiters: OpenLimiter): SecretGuesses => {
  const limiter = limiters("secret-guesses", rate);
  return {
    async count(ctx, lookUp) {
      const network = clientNetwork(ctx);
      // Counted before the look-up, so that concurrent guesses are limited too.
      const wait = await limiter.attempt(network);
      if (wait > 0) throw new TooManyAttempts(wait);
      try {
        const found = await lookUp();
        await limiter.refund(network);
        return found;
      } catch (error) {
        if (!(isFailure(error) && error.code === "not-found")) await limiter.refund(network);
        throw error;
      }
    },
  };
};
