import type { ModelMessage } from "ai";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { ContextOptions, GenerationScope } from "../agentOptions.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";

/** What a search for context starts from. */
export type ContextSearch = {
  scope: GenerationScope;
  contextOptions: ContextOptions | undefined;
  promptMessageId: string | undefined;
  inputPrompt: readonly ModelMessage[];
  recentDocs: readonly MessageDoc[];
};

/** Messages that the search options ask for, oldest first; none when they ask for no search. */
export async function searchForContext(
  _ctx: ActionCtx,
  _component: AgentComponent,
  { contextOptions }: ContextSearch,
): Promise<MessageDoc[]> {
  const { textSearch = false, vectorSearch = false } = contextOptions?.searchOptions ?? {};
  if (!textSearch && !vectorSearch) return [];
  throw new Error("contextOptions.searchOptions: this version of the component has no search");
}
