/// <reference types="vite/client" />
import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, type GenericActionCtx, type GenericDataModel, type GenericMutationCtx, type GenericQueryCtx } from "convex/server";
import type { AgentComponent } from "../../client/ctx.js";
import { listMessages, listUIMessages } from "../../client/listMessages.js";
import type { UIMessage } from "../uiMessage.js";
import type { MessageDoc } from "../validators/messageDoc.js";
import { register } from "../../test.js";

/** What `components.agent` of an app's generated code is. */
export const component = componentsGeneric().agent as unknown as AgentComponent;

export type Ctx = GenericActionCtx<GenericDataModel>;

/** Runs functions of an app that are written where they are called. */
export interface App {
  action<T>(run: (ctx: Ctx) => Promise<T>): Promise<T>;
  mutation<T>(run: (ctx: GenericMutationCtx<GenericDataModel>) => Promise<T>): Promise<T>;
  query<T>(run: (ctx: GenericQueryCtx<GenericDataModel>) => Promise<T>): Promise<T>;
  finishInProgressScheduledFunctions(): Promise<void>;
  finishAllScheduledFunctions(advanceTimers: () => void): Promise<void>;
}

/** An app without tables of its own that has the component. */
export function newApp(): App {
  const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
  register(t);
  // The app has no tables: which data model its ctx is of makes no difference.
  return t as unknown as App;
}

/** Runs `run` in an action of a new app. */
export async function inAction<T>(run: (ctx: Ctx) => Promise<T>): Promise<T> {
  return newApp().action(run);
}

const allPages = { cursor: null, numItems: 1000 };

/** Calls a function as Convex's runtime does: by the handler that is kept on it. */
export const callFunction = <Result>(fn: unknown, ctx: Ctx, args: object): Promise<Result> =>
  (fn as { _handler: (ctx: Ctx, args: object) => Promise<Result> })._handler(ctx, args);

/** A thread's messages as they are stored, in its order. */
export const savedIn = async (ctx: Pick<Ctx, "runQuery">, threadId: string): Promise<MessageDoc[]> =>
  (await listMessages(ctx, component, { threadId, paginationOpts: allPages })).page.toReversed();

/** A thread's messages as a chat shows them. */
export const shownIn = async (ctx: Pick<Ctx, "runQuery">, threadId: string): Promise<UIMessage[]> =>
  (await listUIMessages(ctx, component, { threadId, paginationOpts: allPages })).page;

/** The parts of a thread's messages that are of a type. */
export async function storedParts(ctx: Pick<Ctx, "runQuery">, threadId: string, type: string): Promise<Record<string, unknown>[]> {
  const docs = await savedIn(ctx, threadId);
  return docs.flatMap(({ message }) => (typeof message?.content === "object" ? message.content.map((part) => ({ ...part })) : [])).filter((part) => part.type === type);
}
