import { componentEnvs, type Env } from "../components/env.ts";
import type { Ports } from "../ports.ts";
import type { ComponentPath, TransactionRunner } from "../transaction/types.ts";
import type { RunningApp } from "./app.ts";
import type { FunctionHooks } from "./hooks.ts";
import type { Watchdog } from "./watchdog.ts";

/** What all executions share. */
export class RuntimeHost {
  readonly transactions: TransactionRunner;
  readonly ports: Ports;
  readonly hooks: FunctionHooks;
  readonly watchdog: Watchdog;
  /** Longest time that a module's top level may take. */
  readonly importLimitMs: number;
  #app: RunningApp | null = null;
  #envs: { readonly variables: Env; readonly app: RunningApp | null; readonly byComponent: ReadonlyMap<ComponentPath, Env> } | null = null;

  constructor(parts: { transactions: TransactionRunner; ports: Ports; hooks: FunctionHooks; watchdog: Watchdog; importLimitMs: number }) {
    this.transactions = parts.transactions;
    this.ports = parts.ports;
    this.hooks = parts.hooks;
    this.watchdog = parts.watchdog;
    this.importLimitMs = parts.importLimitMs;
  }

  get app(): RunningApp | null {
    return this.#app;
  }

  /** Replaces the app as a whole. Calls that run go on with the old one. */
  set app(app: RunningApp | null) {
    this.#app = app;
  }

  /** `process.env` of a component now. */
  envOf(componentPath: ComponentPath): Env {
    const variables = this.hooks.env();
    if (this.#envs === null || this.#envs.variables !== variables || this.#envs.app !== this.#app) {
      const definitions = this.#app?.loaded.definitions ?? new Map<string, never>();
      this.#envs = { variables, app: this.#app, byComponent: componentEnvs(definitions, { variables, ...this.hooks.urls() }) };
    }
    return this.#envs.byComponent.get(componentPath) ?? {};
  }
}
