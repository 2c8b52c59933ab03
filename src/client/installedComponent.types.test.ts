import type { FunctionReference } from "convex/server";
import { describe, expectTypeOf, test } from "vitest";
import type { AgentComponent, InstalledComponent } from "./ctx.js";
import type * as library from "./index.js";

type Fn<Kind extends "query" | "mutation" | "action", Args extends Record<string, unknown>, Returns> = FunctionReference<Kind, "internal", Args, Returns, "agent">;
type Page<T> = { page: T[]; isDone: boolean; continueCursor: string };

/** What an app's generated code says of a version before this one: fewer functions, fewer arguments, fewer results. */
type Older = {
  threads: {
    createThread: Fn<"mutation", { userId?: string }, { _id: string }>;
    getThread: Fn<"query", { threadId: string }, { _id: string; status: "active" } | null>;
  };
  messages: {
    addMessages: Fn<"mutation", { threadId: string; messages: Array<{ message: { role: "user"; content: string } }> }, { messages: Array<{ _id: string }> }>;
    listMessagesByThreadId: Fn<"query", { threadId: string; order: "asc" | "desc" }, Page<{ _id: string }>>;
  };
  generations: { start: Fn<"mutation", { threadId: string }, { order: number }>; saveStep: Fn<"mutation", { threadId: string }, null> };
  streams: { list: Fn<"query", { threadId: string }, Array<{ streamId: string; status: "streaming" }>> };
};

/** What it says of a later one: more functions, arguments that this one does not give, results that it does not know. */
type Newer = Omit<AgentComponent, "threads"> & {
  budgets: { spend: Fn<"mutation", { userId: string; tokens: number }, null> };
  threads: Omit<AgentComponent["threads"], "createThread"> & {
    createThread: Fn<"mutation", { userId: string; budgetId: string; status: "active" | "archived" | "frozen" }, { _id: string; status: "frozen"; budgetId: string }>;
  };
};

/** Exported functions and classes that take the component as it is (as `AgentComponent`), but not as `Other`. */
type Refusing<Other> = {
  [Name in keyof typeof library]: (typeof library)[Name] extends (ctx: never, component: infer Component, ...rest: never) => unknown
    ? RefusedAs<Component, Other, Name> | FirstRefused<(typeof library)[Name], Other, Name>
    : FirstRefused<(typeof library)[Name], Other, Name>;
}[keyof typeof library];
type FirstRefused<F, Other, Name> = F extends ((component: infer Component, ...rest: never) => unknown) | (abstract new (component: infer Component, ...rest: never) => unknown) ? RefusedAs<Component, Other, Name> : never;
type RefusedAs<Component, Other, Name> = AgentComponent extends Component ? (Other extends Component ? never : Name) : never;

// get-convex/agent 120, 36, 9
describe("an app's generated code need not be of the package's version", () => {
  test("every function and class takes the component as an older and as a newer version describes it", () => {
    expectTypeOf<Refusing<Older>>().toEqualTypeOf<never>();
    expectTypeOf<Refusing<Newer>>().toEqualTypeOf<never>();
  });

  test("the look is sharp enough: it names those that take the component", () => {
    type Named = Refusing<{ other: true }>;
    expectTypeOf<"Agent" | "DeltaStreamer" | "createThread" | "saveMessages" | "listMessages" | "syncStreams" | "storeFile" | "createThreadMutation" | "definePlaygroundAPI" | "fetchContextWithPrompt">().toExtend<Named>();
    expectTypeOf<"toUIMessages" | "createTool" | "extractText">().not.toExtend<Named>();
  });

  test("another component is refused", () => {
    type Workflow = { workflow: { create: Fn<"mutation", { name: string }, string> }; journal: { load: Fn<"query", { id: string }, null> } };
    type NearestPeer = Pick<Older, "threads" | "messages" | "streams">;
    expectTypeOf<Workflow>().not.toExtend<InstalledComponent>();
    expectTypeOf<NearestPeer>().not.toExtend<InstalledComponent>();
    expectTypeOf<{ agent: AgentComponent }>().not.toExtend<InstalledComponent>();
    // A query where a mutation belongs.
    expectTypeOf<Omit<Older, "streams"> & { streams: { list: Fn<"mutation", { threadId: string }, null> } }>().not.toExtend<InstalledComponent>();
  });
});
