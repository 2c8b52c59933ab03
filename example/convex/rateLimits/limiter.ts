import { MINUTE, RateLimiter, SECOND } from "@convex-dev/rate-limiter";
import { components } from "../_generated/api";

// #region limits
/** The most tokens that one person can have saved up, and so the longest conversation that fits. */
export const MAX_TOKENS = 4_000;

/** Small enough to be met by a person who tries the page. The global limits keep all viewers together below the provider's. */
export const rateLimiter = new RateLimiter(components.rateLimiter, {
  sendMessage: { kind: "fixed window", period: 5 * SECOND, rate: 1, capacity: 2 },
  globalSendMessage: { kind: "token bucket", period: MINUTE, rate: 1_000 },
  tokenUsagePerUser: { kind: "token bucket", period: MINUTE, rate: 2_000, capacity: MAX_TOKENS },
  globalTokenUsage: { kind: "token bucket", period: MINUTE, rate: 100_000 },
});
// #endregion
