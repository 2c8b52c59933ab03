/** Why a reply that somebody stopped ended; convex/chat/send.ts gives this reason, and it is stored with its kind. */
export const STOPPED = "aborted: stopped";
/** The same of a reply that a person broke off to answer themselves; see convex/human/support.ts. */
export const TAKEN_OVER = "aborted: taken over";

/** What the library says of a reply whose process was gone; its kind is the provider's silence, too. */
const LOST_WRITER = "the process that wrote this reply stopped";

/** What to do about a failed reply, by the kind of failure that the library stores in front of the reason. */
const ADVICE: Readonly<Record<string, string>> = {
  rate_limited: "The provider limits how much may be asked. Wait a minute, then try again.",
  unauthorized: "The provider did not accept the key. Check OPENAI_API_KEY in .env.local, then start again.",
  missing_api_key: "Put OPENAI_API_KEY into .env.local, then start again.",
  unknown_model: "The provider does not know this model. Check OPENAI_MODEL in .env.local, then start again.",
  invalid_request: "The provider did not take this request. Say it differently, or start a new conversation.",
  provider_unavailable: "The provider has trouble. Try again in a moment.",
  network: "The connection to the provider failed or broke off. Check OPENAI_BASE_URL and the network, then try again.",
  timeout: "The provider did not answer in time. Try again.",
  aborted: "The reply broke off. Try again.",
  no_output: "The model said nothing. Try again, or say it differently.",
};

const OTHER_ADVICE = "Try again. If it fails again, look at the terminal where the app runs.";

/** The stored reason of a failed reply, as words and as advice: what happened, and what to do. */
export function explainFailure(reason: string | undefined): { what: string; advice: string } {
  const [, kind = "", words = reason ?? ""] = /^([a-z_]+): (.*)$/s.exec(reason ?? "") ?? [];
  if (words === LOST_WRITER) return { what: "The backend stopped while it wrote this reply.", advice: "What was said so far is kept. Try again." };
  const advice = ADVICE[kind];
  return advice === undefined ? { what: sentence(reason ?? ""), advice: OTHER_ADVICE } : { what: sentence(words), advice };
}

/** With a capital letter, as it stands alone. */
function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
