import { useMutation } from "convex/react";
import { Check } from "lucide-react";
import { api } from "../../convex/_generated/api";
import type { Payment } from "../../convex/approval/reply";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { ToolSlotsContext, type ToolSlots } from "../chat/toolSlots";
import { showPrompt } from "../topics/showPrompt";
import { SplitPage } from "../topics/SplitPage";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { Account, euros } from "./Account";
import { ApprovalBox } from "./ApprovalBox";

const slots: ToolSlots = {
  output: (output) => (isPayment(output) ? <Paid payment={output} /> : null),
  below: (part) => <ApprovalBox part={part} />,
};

/** A tool that waits for somebody's yes, and what comes of it. */
export function ApprovalPage({ topic, item: threadId }: PageProps) {
  const send = useMutation(api.approval.send.send).withOptimisticUpdate(showPrompt);
  const retry = useMutation(api.approval.send.retry);
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="approval" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <SplitPage asideLabel="Account" aside={<Account threadId={threadId} />}>
          <ToolSlotsContext value={slots}>
            <TopicConversation path={topic.path} threadId={threadId} placeholder="Ask the agent to pay somebody…"
              send={(args) => send({ viewerKey, ...args })} retry={(args) => retry({ viewerKey, ...args })}
              welcome={{
                title: "Who may spend the money?",
                text: "This agent pays from an account. Up to €100 it does so alone; for more it asks, and the call waits until somebody approves or denies it, here or in another browser. The run then goes on where it stopped.",
                suggestions: ["Send 500 euros to Ann", "Send 40 euros to Bob", "Send 300 euros to Ann and 200 euros to Bob"],
              }} />
          </ToolSlotsContext>
        </SplitPage>
      </ErrorBoundary>
    </Shell>
  );
}

function isPayment(output: unknown): output is Payment {
  return typeof output === "object" && output !== null && "paid" in output && typeof output.paid === "number"
    && "to" in output && typeof output.to === "string" && "balance" in output && typeof output.balance === "number";
}

function Paid({ payment: { paid, to, balance } }: { payment: Payment }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 border-t border-line px-4 py-2.5">
      <Check size={15} aria-hidden className="text-accent" /><span>{euros(paid)} went to {to}.</span><span className="text-muted">{euros(balance)} are left.</span>
    </p>
  );
}
