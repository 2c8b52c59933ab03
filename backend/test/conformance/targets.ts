import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type UserIdentity } from "convex/server";
import { convexTest, type TestConvexForDataModel } from "convex-test";
import { vi } from "vitest";
import boxSchema from "./app/box/schema.ts";
import schema from "./app/convex/schema.ts";
import { pause } from "../support/pause.ts";
import { TestBackend } from "../support/testBackend.ts";

/** Something that runs the app in `app/`. Values go in and come out as user code writes them. */
export interface Target {
  query(name: string, args?: object): Promise<unknown>;
  mutation(name: string, args?: object): Promise<unknown>;
  action(name: string, args?: object): Promise<unknown>;
  as(identity: Partial<UserIdentity>): Target;
  /** Resolves when everything that was scheduled for now, and what that scheduled, has come to its end. */
  settle(): Promise<void>;
}

export interface TargetKind {
  readonly name: "convex-test" | "this backend";
  open(): Promise<Target>;
  /** An empty database. */
  reset(target: Target): Promise<Target>;
  close(): Promise<void>;
}

const functionsDir = join(import.meta.dirname, "app/convex");
const wipe = "documents:wipe";

// By `_generated` convex-test finds out where the functions are.
const modules = {
  "./app/convex/_generated/api.ts": async () => ({}),
  "./app/convex/calls.ts": () => import("./app/convex/calls.ts"),
  "./app/convex/documents.ts": () => import("./app/convex/documents.ts"),
  "./app/convex/files.ts": () => import("./app/convex/files.ts"),
};
const boxModules = { "./app/box/_generated/api.ts": async () => ({}), "./app/box/things.ts": () => import("./app/box/things.ts") };

/** `TestConvexForDataModel` of any data model: laws name functions by text. */
type AnyTest = TestConvexForDataModel<never>;

function inMemory(test: AnyTest): Target {
  return {
    query: async (name, args = {}) => await test.query(makeFunctionReference<"query">(name), args),
    mutation: async (name, args = {}) => await test.mutation(makeFunctionReference<"mutation">(name), args),
    action: async (name, args = {}) => await test.action(makeFunctionReference<"action">(name), args),
    as: (identity) => inMemory(test.withIdentity(identity)),
    async settle() {
      vi.useFakeTimers();
      try {
        await test.finishAllScheduledFunctions(() => void vi.runAllTimers());
      } finally {
        vi.useRealTimers();
      }
    },
  };
}

function openInMemory(): Target {
  const test = convexTest(schema, modules);
  for (const name of ["box", "secondBox"]) test.registerComponent(name, boxSchema, boxModules);
  // The laws name tables and functions by text.
  return inMemory(test as unknown as AnyTest);
}

const convexTestKind: TargetKind = {
  name: "convex-test",
  open: async () => openInMemory(),
  reset: async () => openInMemory(),
  close: async () => undefined,
};

interface AdminClient extends ConvexHttpClient {
  setAdminAuth(key: string, identity?: object): void;
}

function overHttp(backend: TestBackend, identity: Partial<UserIdentity> | null): Target {
  // Not part of the published types: how the CLI acts as somebody.
  const http = new ConvexHttpClient(backend.running.url, { logger: false }) as AdminClient;
  if (identity !== null) http.setAdminAuth(backend.running.adminKey, { issuer: "https://issuer.test", subject: "someone", ...identity });
  return {
    query: async (name, args = {}) => await http.query(makeFunctionReference<"query">(name), args),
    mutation: async (name, args = {}) => await http.mutation(makeFunctionReference<"mutation">(name), args),
    action: async (name, args = {}) => await http.action(makeFunctionReference<"action">(name), args),
    as: (other) => overHttp(backend, other),
    async settle() {
      const jobs = makeFunctionReference<"query", { table: string }, { scheduledTime: number; state: { kind: string } }[]>("documents:system");
      for (;;) {
        const rows = await http.query(jobs, { table: "_scheduled_functions" });
        const nowMs = Date.now();
        if (rows.every(({ state, scheduledTime }) => scheduledTime > nowMs || !["pending", "inProgress"].includes(state.kind))) return;
        await pause(10);
      }
    },
  };
}

class BackendKind implements TargetKind {
  readonly name = "this backend";
  #backend: TestBackend | null = null;

  async open(): Promise<Target> {
    this.#backend = await TestBackend.open({ functionsDir });
    return overHttp(this.#backend, null);
  }

  async reset(target: Target): Promise<Target> {
    await target.mutation(wipe);
    return target;
  }

  async close(): Promise<void> {
    await this.#backend?.close();
  }
}

export const targetKinds: readonly TargetKind[] = [convexTestKind, new BackendKind()];
