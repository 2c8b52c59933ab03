import type { PageResult } from "../store/pageStore.js";
import type { QueryArgs } from "../store/queryGroup.js";

/** A row as the fake thread lists it. */
export interface FakeRow {
  readonly key: string;
  readonly order: number;
  readonly stepOrder: number;
  readonly text: string;
}

/** An in-memory thread that lists newest first and pages by whole turns, with the order of the last turn as cursor. */
export class FakeThread {
  rows: FakeRow[] = [];
  readonly #maxRows: number;
  #nextOrder = 0;

  constructor(options: { maxRows?: number } = {}) {
    this.#maxRows = options.maxRows ?? Number.POSITIVE_INFINITY;
  }

  addTurn(replies = 1): number {
    const order = this.#nextOrder++;
    for (let stepOrder = 0; stepOrder <= replies; stepOrder++) this.#add(order, stepOrder);
    return order;
  }

  addReply(order: number): void {
    const steps = this.rows.filter((row) => row.order === order).map((row) => row.stepOrder);
    this.#add(order, Math.max(-1, ...steps) + 1);
  }

  remove(key: string): void {
    this.rows = this.rows.filter((row) => row.key !== key);
  }

  #add(order: number, stepOrder: number): void {
    this.rows.push({ key: `${order}-${stepOrder}`, order, stepOrder, text: `text ${order}.${stepOrder}` });
  }

  /** `(cursor, endCursor]`, going down from the newest turn; without an end: whole turns until `numItems` rows. */
  readonly page = (args: QueryArgs): PageResult<FakeRow> => {
    const { cursor, endCursor, numItems } = parseOpts(args.paginationOpts);
    const orders = [...new Set(this.rows.map((row) => row.order))].sort((a, b) => b - a);
    const page: FakeRow[] = [];
    let last = cursor ?? "top";
    for (const order of orders) {
      if (cursor !== undefined && order >= Number(cursor)) continue;
      if (endCursor !== undefined && order < Number(endCursor)) break;
      if ((endCursor === undefined && page.length >= numItems) || page.length >= this.#maxRows) {
        return { page, isDone: false, continueCursor: last };
      }
      page.push(...this.rows.filter((row) => row.order === order));
      last = String(order);
    }
    if (endCursor !== undefined) return { page, isDone: endCursor === "end", continueCursor: endCursor };
    return { page, isDone: true, continueCursor: "end" };
  };
}

function parseOpts(opts: unknown): { cursor: string | undefined; endCursor: string | undefined; numItems: number } {
  const record: Record<string, unknown> = { ...(typeof opts === "object" ? opts : {}) };
  return {
    cursor: typeof record.cursor === "string" ? record.cursor : undefined,
    endCursor: typeof record.endCursor === "string" ? record.endCursor : undefined,
    numItems: Number(record.numItems),
  };
}
