import { beginning, deletion, reply, search } from "./scenarios/generations.ts";
import { streamedReply } from "./scenarios/streamedReply.ts";

export async function main(_args: readonly string[]): Promise<void> {
  for (const side of ["ours", "peer"] as const) {
    const show = (name: string, value: unknown) => console.log(side, name, JSON.stringify(value));
    show("begin", await beginning(side));
    show("reply 200", await reply(side, { earlierTurns: 100, toolSteps: 0 }));
    show("reply 2000", await reply(side, { earlierTurns: 1000, toolSteps: 0 }));
    show("tools", await reply(side, { earlierTurns: 10, toolSteps: 3 }));
    show("stream", await streamedReply(side, { words: 600, everyMs: 10, viewers: 1, earlierTurns: 10 }));
    show("delete", await deletion(side, { messages: 2000 }));
    show("search", await search(side, { messages: 200 }));
  }
}
