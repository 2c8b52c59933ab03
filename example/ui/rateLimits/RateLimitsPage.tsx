import { useRateLimit } from "@convex-dev/rate-limiter/react";
import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { useNow } from "../topics/useNow";
import { Meter } from "./Meter";

const TICK_MS = 250;

/** Limits on messages and on tokens, with a countdown that every tab of the viewer shows. */
export function RateLimitsPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="rateLimits" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <LimitedConversation path={topic.path} threadId={threadId} />
      </ErrorBoundary>
    </Shell>
  );
}

function LimitedConversation({ path, threadId }: { path: string; threadId: string | undefined }) {
  const send = useMutation(api.rateLimits.send.send);
  const retry = useMutation(api.rateLimits.send.retry);
  const nowMs = useNow(TICK_MS, true);
  const options = { key: viewerKey, getServerTimeMutation: api.rateLimits.limits.getServerTime };
  const messages = useRateLimit(api.rateLimits.limits.getMessageLimit, options).check(nowMs, 1);
  const tokens = useRateLimit(api.rateLimits.limits.getTokenLimit, options).check(nowMs, 1);
  const waitSeconds = Math.max(secondsTo(messages, nowMs), secondsTo(tokens, nowMs));
  return (
    <TopicConversation path={path} threadId={threadId} placeholder="Write something, then something more…"
      send={(args) => send({ viewerKey, ...args })} retry={(args) => retry({ viewerKey, ...args })}
      blocked={waitSeconds === 0 ? null : `The limit is reached. You can send again in ${waitSeconds} ${waitSeconds === 1 ? "second" : "seconds"}; what you write stays here.`}
      welcome={{
        title: "How fast can you write?",
        text: "One message every five seconds, two at most in one go, and 2,000 tokens a minute. What is left is counted live, in every tab of yours. The limits are checked in the transaction that saves the message.",
        suggestions: ["Count to 40", "Tell me a long story, so that it takes many tokens."],
      }}
      footer={(
        <section aria-label="Limits" className="grid gap-x-10 gap-y-3 rounded-2xl border border-line bg-panel px-4 py-3 sm:grid-cols-2">
          <Meter label="Messages left" unit="messages" value={messages} rate="1 every 5 seconds" />
          <Meter label="Tokens left" unit="tokens" value={tokens} rate="2,000 a minute" />
        </section>
      )} />
  );
}

type Checked = ReturnType<ReturnType<typeof useRateLimit>["check"]>;

/** Whole seconds until one more is allowed; 0: now. */
function secondsTo(limit: Checked, nowMs: number): number {
  if (limit === undefined || limit.ok || limit.retryAt === undefined) return 0;
  return Math.max(1, Math.ceil((limit.retryAt - nowMs) / 1000));
}
