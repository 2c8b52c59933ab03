const ASKS_FOR_CODE = /\b(?:show|write|give|need|want|see)\b.{0,60}\b(?:code|snippet|function|component)\b|\bin code\b|\bcode (?:example|sample)\b/i;

/** The one piece of code that the script knows: how a reply like its own is streamed. */
export function codeSample(user: string): string | null {
  if (!ASKS_FOR_CODE.test(user)) return null;
  return [
    "I know one piece of code by heart, the one that streams this reply:",
    [
      "```ts",
      "// An action: it runs on the server and outlives the page.",
      "export const reply = internalAction({",
      "  args: { threadId: v.string(), promptMessageId: v.string() },",
      "  handler: async (ctx, { threadId, promptMessageId }) => {",
      "    const result = await agent.streamText(",
      "      ctx, { threadId }, { promptMessageId },",
      "      { saveStreamDeltas: { chunking: \"word\", throttleMs: 100 } },",
      "    );",
      "    await result.consumeStream();",
      "  },",
      "});",
      "```",
    ].join("\n"),
    "Every page that has the thread open follows it with `useUIMessages(query, { threadId }, { stream: true })`.",
  ].join("\n\n");
}
