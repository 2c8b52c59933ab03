import type { ReadDocument } from "../storage/documentStore.ts";
import type { JsonObject } from "../values/json.ts";
import type { QueryCursor } from "../transaction/types.ts";
import type { ExecutionState } from "../transaction/state.ts";
import type { Step } from "./plan.ts";
import type { RowSource } from "./hiddenWrites.ts";

/** Reads a stored document's text. */
export function parseDocument(json: string): JsonObject {
  // Only the transaction writes this text, from a JsonObject.
  return JSON.parse(json) as JsonObject;
}

/** A row that passed all steps; `document` when a filter had to look at it. */
export interface Result {
  readonly row: ReadDocument;
  readonly document: JsonObject | null;
}

/** Rows of a source, put through filters and limits. */
export class DocumentCursor implements QueryCursor {
  readonly #state: ExecutionState;
  readonly #source: RowSource;
  readonly #steps: readonly { step: Step; passed: { rows: number } }[];
  readonly #isUnfiltered: boolean;
  #isDone: boolean;

  constructor(state: ExecutionState, source: RowSource, steps: readonly Step[]) {
    this.#state = state;
    this.#source = source;
    this.#steps = steps.map((step) => ({ step, passed: { rows: 0 } }));
    this.#isUnfiltered = steps.length === 0;
    this.#isDone = steps.some((step) => step.kind === "limit" && step.rows === 0);
    if (!this.#isDone) state.reads.openScan(source);
  }

  /** The next row that passes, or null at the end. */
  nextResult(): Result | null {
    this.#state.assertLive();
    while (!this.#isDone) {
      const row = this.#source.next();
      if (row === null) break;
      if (this.#isUnfiltered) return { row, document: null };
      const result = this.#put(row);
      if (result !== null) return result;
    }
    this.close();
    return null;
  }

  /**
   * The next row of the source whether or not it passes: for a reader that counts what it reads. Null at the end.
   */
  nextRow(): { row: ReadDocument; result: Result | null } | null {
    this.#state.assertLive();
    const row = this.#isDone ? null : this.#source.next();
    if (row !== null) return { row, result: this.#put(row) };
    this.close();
    return null;
  }

  next(): JsonObject | null {
    const result = this.nextResult();
    return result === null ? null : (result.document ?? parseDocument(result.row.json));
  }

  nextJson(): string | null {
    return this.nextResult()?.row.json ?? null;
  }

  close(): void {
    this.#isDone = true;
    this.#state.reads.closeScan(this.#source);
  }

  #put(row: ReadDocument): Result | null {
    let document: JsonObject | null = null;
    for (const { step, passed } of this.#steps) {
      if (step.kind === "filter") {
        document ??= parseDocument(row.json);
        if (!step.passes(document)) return null;
      } else if (++passed.rows >= step.rows) {
        // This row is the limit's last; later steps may still drop it.
        this.#isDone = true;
      }
    }
    return { row, document };
  }
}
