import { PromptAuthorContext } from "../chat/promptAuthor";
import { ToolSlotsContext } from "../chat/toolSlots";
import { MessageList, useConversation } from "../topics/MessageList";
import { supportSlots } from "./HumanAnswer";
import { JoinTeam } from "./JoinTeam";

/** What somebody sees who has the link and is not of the team: they may read along. */
export function GuestView({ threadId }: { threadId: string }) {
  const conversation = useConversation(threadId);
  return (
    <PromptAuthorContext value="Customer">
      <ToolSlotsContext value={supportSlots}>
        <div className="flex h-full flex-col">
          <MessageList conversation={conversation} />
          <div className="max-h-[60%] shrink-0 overflow-y-auto px-3 pb-4 md:px-5"><JoinTeam /></div>
        </div>
      </ToolSlotsContext>
    </PromptAuthorContext>
  );
}
