import { useMutation } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { Bot, Hourglass, UserRound } from "lucide-react";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { ToolSlotsContext, type AnyToolPart, type ToolSlots } from "../chat/toolSlots";
import { TopicConversation } from "../topics/TopicConversation";
import { HumanAnswer, isAskHuman, waitsForPerson } from "./HumanAnswer";
import { SupportLink } from "./SupportLink";

export type Holder = FunctionReturnType<typeof api.human.cases.get>["holder"];

const slots: ToolSlots = {
  waitsFor: waitsForPerson,
  output: (output) => (typeof output === "string" ? <HumanAnswer text={output} /> : null),
  below: (part: AnyToolPart) => (isAskHuman(part) && part.state === "input-available"
    ? <p className="border-t border-line px-4 py-2.5 text-muted">A colleague was asked. The answer goes on when there is one.</p> : null),
};

/** The side of the one who asks. */
export function CustomerView({ path, threadId, holder }: { path: string; threadId: string | undefined; holder: Holder }) {
  const send = useMutation(api.human.customer.send);
  const retry = useMutation(api.human.customer.retry);
  return (
    <ToolSlotsContext value={slots}>
      <TopicConversation path={path} threadId={threadId} placeholder="What can we help you with?"
        send={(args) => send({ viewerKey, ...args })} retry={(args) => retry({ viewerKey, ...args })}
        waiting={holder.kind === "agent" ? undefined : holder.kind === "person" ? `${holder.name} has your message.` : "Your message is there for the person who comes."}
        footer={threadId !== undefined && <WhoAnswers threadId={threadId} holder={holder} />}
        welcome={{
          title: "Talk to the shop",
          text: "An agent answers first. It can ask a person something it does not know, and you can ask for a person yourself. That person is in another browser: the support inbox there lists whoever waits.",
          suggestions: ["Hello! Can you help me?", "Ask a human whether you ship to Norway."],
        }} />
    </ToolSlotsContext>
  );
}

function WhoAnswers({ threadId, holder }: { threadId: string; holder: Holder }) {
  const ask = useMutation(api.human.customer.askForPerson);
  const showToast = useToast();
  const run = async () => {
    try {
      await ask({ viewerKey, threadId });
    } catch (error) {
      showToast(describeError(error));
    }
  };
  const { Icon, words } = describe(holder);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-2xl border border-line bg-panel px-4 py-2.5 text-sm">
      <p role="status" className="flex min-w-0 flex-1 basis-56 items-center gap-2"><Icon size={16} aria-hidden className="shrink-0 text-muted" />{words}</p>
      {holder.kind === "agent" && <Button onClick={() => void run()}>Ask for a person</Button>}
      <SupportLink />
    </div>
  );
}

function describe(holder: Holder) {
  switch (holder.kind) {
    case "agent": return { Icon: Bot, words: "The agent answers you." };
    case "waiting": return { Icon: Hourglass, words: "You asked for a person. The agent keeps quiet until somebody comes." };
    case "person": return { Icon: UserRound, words: `${holder.name} answers you.` };
    default: return holder satisfies never;
  }
}
