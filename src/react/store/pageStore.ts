import { isRecord } from "../../shared/json.js";
import { LiveQuery, type QueryArgs, type QueryGroup } from "./queryGroup.js";

/** What a list query returns: Convex's PaginationResult, as far as it is used here. */
export interface PageResult<Item> {
  readonly page: readonly Item[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

export type PageStatus = "LoadingFirstPage" | "CanLoadMore" | "LoadingMore" | "Exhausted";

export interface PageView<Item> {
  /** Items of all loaded pages, newest page first; inside a page in the order of the query. */
  readonly items: readonly Item[];
  readonly status: PageStatus;
}

/** What the pages must know about the items. */
export interface PagePolicy<Item> {
  /** Equal for two versions of one item. */
  keyOf(item: Item): string;
  /** Negative when `a` is older than `b`. */
  compare(a: Item, b: Item): number;
  /**
   * Where to cut a tail that has grown: a cursor below the part that still changes, or undefined when it need not be
   * cut (or cannot be: the cursors of a foreign query are opaque).
   */
  cutBelowNewest(result: PageResult<Item>): string | undefined;
}

/**
 * One range of the list, `(start, end]` in the order of the query (newest first). A range without an end is open: its
 * first result says where it ends (`edge`), and the next older range begins there.
 */
interface Segment<Item> {
  readonly start: string | null;
  readonly end: string | undefined;
  readonly numItems: number;
  readonly query: LiveQuery<PageResult<Item>>;
  /** Where the next older range begins. */
  edge: string | undefined;
  /** What is shown of this range. Always reaches to `edge`. */
  shown: PageResult<Item> | undefined;
  /** The ranges that will replace this one as soon as all have loaded; it is shown until then. */
  replacements: Segment<Item>[] | undefined;
}

/**
 * The pages of one list query, without gaps or repetitions while items are added and removed.
 *
 * The newest range is a small tail `(newest, E]`; everything older has a fixed start and end, so that a new item
 * re-sends the tail alone. A range is only ever replaced by ranges that partition it, and only once those have loaded.
 */
export class PageStore<Item> {
  readonly #group: QueryGroup;
  readonly #baseArgs: QueryArgs;
  readonly #policy: PagePolicy<Item>;
  readonly #initialNumItems: number;
  #segments: Segment<Item>[];
  /** True when something was read or moved since the view was made. */
  #isStale = true;
  #view: PageView<Item> = { items: [], status: "LoadingFirstPage" };

  constructor(
    group: QueryGroup,
    options: { args: QueryArgs; initialNumItems: number; policy: PagePolicy<Item> },
  ) {
    this.#group = group;
    this.#baseArgs = options.args;
    this.#policy = options.policy;
    this.#initialNumItems = options.initialNumItems;
    this.#segments = [this.#openNewest()];
  }

  get view(): PageView<Item> {
    return this.#view;
  }

  /** Reads all results and moves on. Throws what a query threw, except a stale cursor, which starts the list anew. */
  refresh(): void {
    try {
      this.#settle();
    } catch (error) {
      if (!isInvalidCursor(error) || this.#isFresh()) throw error;
      this.#restart();
      this.#settle();
    }
    if (this.#isStale) this.#publish();
    this.#isStale = false;
  }

  /** Begins to load the next older page. Does nothing unless the status is "CanLoadMore". */
  loadMore(numItems: number): boolean {
    const last = this.#segments.at(-1);
    if (this.#status() !== "CanLoadMore" || last?.edge === undefined) return false;
    this.#segments.push(this.#open({ start: last.edge, end: undefined, numItems }));
    this.refresh();
    return true;
  }

  #open(range: { start: string | null; end: string | undefined; numItems: number }): Segment<Item> {
    const { start, end, numItems } = range;
    this.#isStale = true;
    const paginationOpts = { numItems, cursor: start, ...(end === undefined ? {} : { endCursor: end }) };
    const query = this.#group.add<PageResult<Item>>({ ...this.#baseArgs, paginationOpts });
    return { start, end, numItems, query, edge: end, shown: undefined, replacements: undefined };
  }

  /** The tail alone, so that it is here at once and the page below it is sent only once. */
  #openNewest(): Segment<Item> {
    return this.#open({ start: null, end: undefined, numItems: Math.min(1, this.#initialNumItems) });
  }

  /** What is left of the first page, once it is known where the tail ends. */
  #fillFirstPage(): void {
    const [tail, ...others] = this.#segments;
    if (tail?.shown === undefined || tail.edge === undefined || others.length > 0 || tail.end !== undefined) return;
    const missing = this.#initialNumItems - tail.shown.page.length;
    if (missing > 0 && !tail.shown.isDone) this.#segments.push(this.#open({ start: tail.edge, end: undefined, numItems: missing }));
  }

  #settle(): void {
    // Each pass reads, and swaps in what has loaded. Every swap shortens a chain of replacements, so this ends; the
    // bound turns a query that answers nonsense into a list that is late instead of a page that hangs.
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      for (const segment of this.#segments) this.#read(segment);
      this.#fillFirstPage();
      if (!this.#swapLoaded()) return;
    }
  }

  #read(segment: Segment<Item>): void {
    for (const replacement of segment.replacements ?? []) this.#read(replacement);
    const result = segment.query.read();
    if (result === undefined || result === segment.shown) return;
    this.#isStale = true;
    const isNewest = segment.start === null && segment.replacements === undefined;
    if (segment.end === undefined) this.#readOpen(segment, result);
    else this.#readFixed(segment, segment.end, result);
    if (isNewest && segment.replacements === undefined && segment.shown === result) this.#cutTail(segment);
  }

  #readOpen(segment: Segment<Item>, result: PageResult<Item>): void {
    const { shown, edge } = segment;
    if (shown === undefined || edge === undefined || result.continueCursor === edge) {
      segment.edge = result.continueCursor;
      segment.shown = result;
      return;
    }
    const isLast = this.#segments.at(-1) === segment;
    if (result.isDone && isLast) {
      segment.edge = result.continueCursor;
      segment.shown = result;
      return;
    }
    // The range has slid: it no longer ends where the next one begins, or has let go of items that are on show.
    segment.shown = { ...shown, page: this.#union(this.#notOlder(result.page, shown.page), shown.page) };
    if (segment.replacements !== undefined) return;
    segment.replacements = shown.isDone
      ? this.#split(segment, result.continueCursor, edge)
      : [this.#open({ start: segment.start, end: edge, numItems: segment.numItems })];
  }

  #readFixed(segment: Segment<Item>, end: string, result: PageResult<Item>): void {
    const isWhole = result.continueCursor === end || result.isDone;
    if (isWhole) {
      segment.shown = result;
      return;
    }
    // More than one read may hold: the query stopped early. Show what came (and what was there), and split.
    segment.shown = { ...result, page: this.#union(result.page, segment.shown?.page ?? []) };
    segment.replacements ??= this.#split(segment, result.continueCursor, end);
  }

  /** Both parts have an end, be it that of the list: an open one would stop after its number of items, above what is shown. */
  #split(segment: Segment<Item>, cut: string, end: string): Segment<Item>[] {
    const { start, numItems } = segment;
    return [this.#open({ start, end: cut, numItems }), this.#open({ start: cut, end, numItems })];
  }

  #cutTail(segment: Segment<Item>): void {
    const { shown, edge } = segment;
    if (shown === undefined) return;
    const cut = this.#policy.cutBelowNewest(shown);
    if (cut === undefined || edge === undefined || cut === edge) return;
    segment.replacements = this.#split(segment, cut, edge);
  }

  #swapLoaded(): boolean {
    const before = this.#segments;
    this.#segments = before.flatMap((segment) => this.#swap(segment));
    return this.#segments.length !== before.length || this.#segments.some((segment, index) => segment !== before[index]);
  }

  #swap(segment: Segment<Item>): Segment<Item>[] {
    if (segment.replacements === undefined) return [segment];
    segment.replacements = segment.replacements.flatMap((replacement) => this.#swap(replacement));
    if (!segment.replacements.every(isLoaded)) return [segment];
    this.#group.remove(segment.query);
    this.#isStale = true;
    return segment.replacements;
  }

  #union(newer: readonly Item[], older: readonly Item[]): readonly Item[] {
    const keys = new Set(newer.map((item) => this.#policy.keyOf(item)));
    return [...newer, ...older.filter((item) => !keys.has(this.#policy.keyOf(item)))];
  }

  /** What of `newer` is not older than all of `older`: the part of a range that has slid down is the next range's. */
  #notOlder(newer: readonly Item[], older: readonly Item[]): readonly Item[] {
    const { compare } = this.#policy;
    const [first] = older;
    if (first === undefined) return newer;
    const oldest = older.reduce((least, item) => (compare(item, least) < 0 ? item : least), first);
    return newer.filter((item) => compare(item, oldest) >= 0);
  }

  #status(): PageStatus {
    const last = this.#segments.at(-1);
    if (this.#segments[0]?.shown === undefined || last === undefined) return "LoadingFirstPage";
    if (last.shown === undefined) return "LoadingMore";
    return last.shown.isDone ? "Exhausted" : "CanLoadMore";
  }

  #publish(): void {
    const itemByKey = new Map<string, Item>();
    for (const segment of this.#segments) {
      if (segment.shown === undefined) break;
      // While a range that has slid waits for its replacement, it may overlap the next one.
      for (const item of segment.shown.page) {
        const key = this.#policy.keyOf(item);
        if (!itemByKey.has(key)) itemByKey.set(key, item);
      }
    }
    const items = [...itemByKey.values()];
    const status = this.#status();
    const { view } = this;
    const isSame = view.status === status && view.items.length === items.length
      && items.every((item, index) => item === view.items[index]);
    if (!isSame) this.#view = { items, status };
  }

  /** True until more than the tail has loaded: a cursor that is refused so early would be refused again. */
  #isFresh(): boolean {
    const [tail, ...others] = this.#segments;
    return tail?.end === undefined && others.every(({ shown }) => shown === undefined);
  }

  #restart(): void {
    const drop = (segment: Segment<Item>): void => {
      this.#group.remove(segment.query);
      segment.replacements?.forEach(drop);
    };
    this.#segments.forEach(drop);
    this.#segments = [this.#openNewest()];
  }
}

const MAX_PASSES = 8;

/** A range that waits for replacements of its own shows only a part of what it stands for. */
function isLoaded(segment: Segment<unknown>): boolean {
  return segment.shown !== undefined && segment.replacements === undefined;
}

/** Convex says so in a system error's data or, on older backends, in the message; the agent component in its failure. */
function isInvalidCursor(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.message.includes("InvalidCursor")) return true;
  const data: unknown = "data" in error ? error.data : undefined;
  if (!isRecord(data)) return false;
  return data.paginationError === "InvalidCursor" || data.code === "invalid_cursor";
}
