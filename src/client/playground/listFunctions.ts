import { paginationOptsValidator, queryGeneric, type PaginationResult } from "convex/server";
import { v } from "convex/values";
import { failureOf } from "../../shared/errors.js";
import { vThreadStatus, type ThreadDoc } from "../../shared/validators/thread.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { QueryCtx } from "../ctx.js";
import { agentsFor, requireKey, type Playground } from "./access.js";
import { describeAgent, type AgentDescription } from "./describeAgent.js";
import { pageByActivity } from "./pageByActivity.js";

/** A thread in a list, with the last thing that was said in it. */
export type ListedThread = ThreadDoc & {
  /** The name of its user, in a list of several users' threads. */
  userName?: string;
  lastAgentName?: string;
  /** The first 200 characters of the newest message. */
  latestMessage?: string;
  lastMessageStatus?: MessageDoc["status"];
  /** Why the newest message ended early; `parseFailure` reads it. */
  lastMessageError?: string;
  lastMessageAt?: number;
  /** The tool whose call waits for somebody's decision, where that is what the thread ends with. */
  waitsFor?: string;
};

const apiKey = v.string();

/** A list costs one read for each thread, however long its threads are. */
const MAX_THREADS_PER_PAGE = 100;
/** Bounds what one query reads: a page of messages is a page, however long the thread is. */
const MAX_FOUND_THREADS = 50;

/** The functions that list what an app has, to pick from: any key may call them. */
export function listFunctions(playground: Playground) {
  const { component } = playground;
  return {
    /** Whether the key is right. A wrong one is better asked with the action `checkApiKey`, which slows down who guesses. */
    isApiKeyValid: queryGeneric({
      args: { apiKey },
      handler: async (ctx, args): Promise<boolean> => isRight(playground, ctx, args.apiKey),
    }),
    /** A page of the users who have threads, by id. */
    listUsers: queryGeneric({
      args: { apiKey, paginationOpts: paginationOptsValidator },
      handler: async (ctx, { apiKey, paginationOpts }): Promise<PaginationResult<{ _id: string; name: string }>> => {
        await requireKey(playground, ctx, apiKey);
        const users = await ctx.runQuery(component.users.listUsersWithThreads, { paginationOpts });
        const named = async (userId: string) => ({ _id: userId, name: await nameOf(playground, ctx, userId) });
        return { ...users, page: await Promise.all(users.page.map(named)) };
      },
    }),
    /**
     * A page of a user's threads (without `userId`: of nobody's; with `everyone`: of all), those first whose last turn
     * was opened last; of one `status`, or of both. With `search` the threads with a matching title, best first, of the
     * user or of all; they are one page.
     */
    listThreads: queryGeneric({
      args: {
        apiKey,
        userId: v.optional(v.string()),
        everyone: v.optional(v.boolean()),
        search: v.optional(v.string()),
        status: v.optional(vThreadStatus),
        paginationOpts: paginationOptsValidator,
      },
      handler: async (ctx, { apiKey, userId, everyone = false, search, status, paginationOpts }): Promise<PaginationResult<ListedThread>> => {
        await requireKey(playground, ctx, apiKey);
        const found = search
          ? { page: await ctx.runQuery(component.threads.searchThreadTitles, { query: search, userId, limit: MAX_FOUND_THREADS }), isDone: true, continueCursor: "end" }
          : await pageByActivity(playground, ctx, { userId, everyone, status, paginationOpts });
        const threads = found.page.filter((thread) => status === undefined || thread.status === status);
        const listed = await withLastMessages(playground, ctx, threads);
        return { ...found, page: userId === undefined ? await withUserNames(playground, ctx, listed) : listed };
      },
    }),
    /** The agents for a user and a thread: instructions, tools with their schemas, model, settings. */
    listAgents: queryGeneric({
      args: { apiKey, userId: v.optional(v.string()), threadId: v.optional(v.string()) },
      handler: async (ctx, { apiKey, userId, threadId }): Promise<AgentDescription[]> => {
        await requireKey(playground, ctx, apiKey);
        return Promise.all((await agentsFor(playground, ctx, { userId, threadId })).map(describeAgent));
      },
    }),
  };
}

async function isRight(playground: Playground, ctx: QueryCtx, key: string): Promise<boolean> {
  try {
    await requireKey(playground, ctx, key);
    return true;
  } catch (error) {
    if (failureOf(error)?.code === "invalid_api_key") return false;
    throw error;
  }
}

async function nameOf({ options }: Playground, ctx: QueryCtx, userId: string): Promise<string> {
  return (await options.userNameLookup?.(ctx, userId)) ?? userId;
}

/** Asks for each user's name once, however many of the threads are theirs. */
async function withUserNames(playground: Playground, ctx: QueryCtx, threads: ListedThread[]): Promise<ListedThread[]> {
  const userIds = [...new Set(threads.flatMap(({ userId }) => userId ?? []))];
  const names = new Map(await Promise.all(userIds.map(async (userId) => [userId, await nameOf(playground, ctx, userId)] as const)));
  return threads.map((thread) => {
    const userName = thread.userId === undefined ? undefined : names.get(thread.userId);
    return userName === undefined ? thread : { ...thread, userName };
  });
}

/** What a thread's newest message is in short; see `lastMessages` of the component. */
interface LastMessage {
  text?: string;
  agentName?: string;
  status: MessageDoc["status"];
  error?: string;
  atMs: number;
  waitsFor?: string;
}

async function withLastMessages({ component }: Playground, ctx: QueryCtx, threads: ThreadDoc[]): Promise<ListedThread[]> {
  const listed: ListedThread[] = [];
  // A page that is followed may have grown beyond what is asked for at once.
  for (let from = 0; from < threads.length; from += MAX_THREADS_PER_PAGE) {
    const some = threads.slice(from, from + MAX_THREADS_PER_PAGE);
    const last: (LastMessage | null)[] = await ctx.runQuery(component.threads.lastMessages, { threadIds: some.map(({ _id }) => _id) });
    listed.push(...some.map((thread, index) => withLastMessage(thread, last[index])));
  }
  return listed;
}

function withLastMessage(thread: ThreadDoc, message: LastMessage | null | undefined): ListedThread {
  if (!message) return thread;
  const { agentName, text, status, error, atMs, waitsFor } = message;
  return { ...thread, lastAgentName: agentName, latestMessage: text, lastMessageStatus: status, lastMessageError: error, lastMessageAt: atMs, ...(waitsFor !== undefined && { waitsFor }) };
}
