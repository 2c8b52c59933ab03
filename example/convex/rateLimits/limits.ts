/** What the page's countdown reads: the viewer's own limits, checked at the door like any other data. */
import { requireViewer } from "../access";
import { topicUserId } from "../topicThreads";
import { rateLimiter } from "./limiter";

// #region hooks
/** The page sends its viewer key as the key; the limit's own key is the person it stands for. */
async function keyOfViewer(_ctx: unknown, viewerKey = ""): Promise<string> {
  const { userId } = await requireViewer(viewerKey);
  return topicUserId("rateLimits", userId);
}

export const { getRateLimit: getMessageLimit, getServerTime } = rateLimiter.hookAPI("sendMessage", { key: keyOfViewer });
export const { getRateLimit: getTokenLimit } = rateLimiter.hookAPI("tokenUsagePerUser", { key: keyOfViewer });
// #endregion
