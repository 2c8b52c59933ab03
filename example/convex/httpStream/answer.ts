import { Agent } from "convex-agent";
import { ConvexError } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { httpAction } from "../_generated/server";
import { invalidInput } from "../errors";
import { parseInput } from "../input";
import { chooseModel } from "../model/index";
import { corsHeaders } from "./origins";

const narrator = new Agent(components.agent, {
  name: "Narrator",
  languageModel: chooseModel(),
  instructions: "Answer in a few paragraphs.",
});

const bodySchema = z.object({ prompt: z.string(), threadId: z.string().optional() });

/**
 * `POST /http-stream/answer`: the reply as plain text in the response, word by word, and as deltas in the database for
 * everybody else. The response ends when the reply does; when its reader goes away, the deltas go on.
 */
export const answer = httpAction(async (ctx, request) => {
  const cors = corsHeaders(request);
  try {
    const viewerKey = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    const { prompt, threadId: given } = parseInput(bodySchema, await jsonOf(request), "body");
    const { threadId, promptMessageId, userId } = await ctx.runMutation(internal.httpStream.turns.begin, { viewerKey, prompt, threadId: given });
    const result = await narrator.streamText(ctx, { threadId, userId }, { promptMessageId }, {
      saveStreamDeltas: { chunking: "word", throttleMs: 100, returnImmediately: true },
    });
    return result.toTextStreamResponse({ headers: { ...cors, "x-thread-id": threadId } });
  } catch (error) {
    return refusal(error, cors);
  }
});

/** What a browser asks before it sends a request to another origin. */
export const preflight = httpAction(async (_ctx, request) => new Response(null, { status: 204, headers: corsHeaders(request) }));

async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidInput("body", "The request's body is not JSON.");
    throw error;
  }
}

const STATUS: Readonly<Record<string, number>> = { invalid_input: 400, forbidden: 403, not_found: 404 };

/** An error of the app, as JSON that the page can show. What else is thrown is a bug, and stays one. */
function refusal(error: unknown, headers: Record<string, string>): Response {
  if (!(error instanceof ConvexError)) throw error;
  const data: unknown = error.data;
  const code = typeof data === "object" && data !== null && "code" in data && typeof data.code === "string" ? data.code : "";
  return Response.json(data, { status: STATUS[code] ?? 400, headers });
}
