import type { ModelMessage } from "ai";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { ContextOptions, GenerationScope } from "../agentOptions.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import type { CallInput } from "../generate/input.js";
import type { TextEmbedder } from "./embedder.js";
import { cutForEmbedding, embeddedText } from "./embedText.js";
import { asksForSearch, searchMessages } from "./search.js";

/** What a generation's search for context starts from. */
export type ContextSearch = {
  scope: GenerationScope;
  contextOptions: ContextOptions | undefined;
  embedder: TextEmbedder | undefined;
  input: CallInput;
  /** The saved message that is answered, when the call named one. */
  promptDoc: MessageDoc | undefined;
  /** The messages of the thread that the generation has, of earlier turns and of this one. */
  recentDocs: readonly MessageDoc[];
  /** The first turn that this call has given or answers; undefined without a thread. */
  order: number | undefined;
};

/** Messages that the search options ask for, by thread and in order; none when they ask for no search. */
export async function searchForContext(ctx: ActionCtx, component: AgentComponent, search: ContextSearch): Promise<MessageDoc[]> {
  const { scope, contextOptions = {}, embedder, input, promptDoc, recentDocs, order } = search;
  if (!asksForSearch(contextOptions)) return [];
  const given = inputText(input);
  const text = given || cutForEmbedding(promptDoc?.text);
  const hasVector = given === "" && promptDoc?.embeddingId !== undefined;
  return searchMessages(ctx, component, {
    threadId: scope.threadId,
    userId: scope.userId,
    contextOptions,
    text,
    targetMessageId: hasVector ? promptDoc._id : undefined,
    beforeOrder: recentDocs.reduce<number | undefined>((first, doc) => Math.min(first ?? doc.order, doc.order), order),
    alreadyShown: recentDocs.length,
    storedModel: hasVector ? embedder?.model : undefined,
    embed: async () => {
      const { model } = mustHave(embedder, scope);
      const [vector = []] = await mustHave(embedder, scope).embed([text]);
      return { vector, model };
    },
  });
}

/**
 * Embeds the prompt while the generation starts, when the prompt is at hand and will be searched by. What becomes of it
 * is seen by the search, which asks the embedder for the same text.
 */
export function embedEarly(embedder: TextEmbedder | undefined, { input, contextOptions }: { input: CallInput; contextOptions: ContextOptions | undefined }): void {
  const text = inputText(input);
  if (!embedder || text === "" || !contextOptions?.searchOptions?.vectorSearch || !asksForSearch(contextOptions)) return;
  void embedder.embed([text]).catch(() => undefined);
}

function inputText({ messages, prompt }: CallInput): string {
  const last: ModelMessage | undefined = [...messages, ...prompt].at(-1);
  return embeddedText(last);
}

function mustHave(embedder: TextEmbedder | undefined, { agentName }: GenerationScope): TextEmbedder {
  if (embedder) return embedder;
  throw new Error(`contextOptions.searchOptions.vectorSearch: ${agentName ? `the agent "${agentName}"` : "this call"} has no embedding model: set \`embeddingModel\``);
}
