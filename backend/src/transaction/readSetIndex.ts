import { invariant } from "../errors.ts";
import { isPoint } from "../storage/indexKeys.ts";
import { IntervalTree } from "./intervalTree.ts";
import { searchMatches } from "./readSet.ts";
import type { Commit, DocumentWrite, ReadSet, SearchRead } from "./types.ts";

interface IndexReads<Id> {
  /** Keys read one by one (by `get`), as text. */
  readonly points: Map<string, Set<Id>>;
  readonly ranges: IntervalTree<Id>;
  readonly searches: Map<Id, readonly SearchRead[]>;
}

/**
 * Many read sets, by owner: tells which of them a commit touches without looking at each. Single keys are found in a
 * hash map, ranges in an interval tree per index, so a write costs the same for ten owners and for ten thousand that
 * it does not concern.
 *
 * @example index.add("q1", result.readSet); for (const id of index.affected(commit)) rerun(id);
 */
export class ReadSetIndex<Id extends string | number | object = string> {
  readonly #owners = new Map<Id, ReadSet>();
  readonly #indexes = new Map<number, IndexReads<Id>>();

  /** Number of registered owners. */
  get size(): number {
    return this.#owners.size;
  }

  /** Registers what `id` read; replaces what it was registered with before. */
  add(id: Id, readSet: ReadSet): void {
    this.remove(id);
    this.#owners.set(id, readSet);
    for (const [index, ranges] of readSet.ranges) {
      const reads = this.#reads(index);
      for (const range of ranges) {
        if (!isPoint(range)) {
          reads.ranges.add(range, id);
          continue;
        }
        const key = textOf(range.from);
        const owners = reads.points.get(key);
        if (owners === undefined) reads.points.set(key, new Set([id]));
        else owners.add(id);
      }
    }
    for (const [index, searches] of readSet.searches) this.#reads(index).searches.set(id, searches);
  }

  /** Forgets an owner. Idempotent. */
  remove(id: Id): void {
    const readSet = this.#owners.get(id);
    if (readSet === undefined) return;
    this.#owners.delete(id);
    for (const [index, ranges] of readSet.ranges) {
      const reads = this.#indexes.get(index);
      invariant(reads !== undefined, `read set of index ${index} is registered`);
      for (const range of ranges) {
        if (isPoint(range)) removeFrom(reads.points, textOf(range.from), id);
        else reads.ranges.remove(range, id);
      }
      this.#dropIfEmpty(index);
    }
    for (const index of readSet.searches.keys()) {
      this.#indexes.get(index)?.searches.delete(id);
      this.#dropIfEmpty(index);
    }
  }

  /** The owners whose results this commit may change. */
  affected(commit: Commit): Set<Id> {
    const found = new Set<Id>();
    for (const write of commit.writes) this.#collect(write, found);
    return found;
  }

  #collect(write: DocumentWrite, found: Set<Id>): void {
    for (const { index, key } of write.keys) {
      const reads = this.#indexes.get(index);
      if (reads === undefined) continue;
      const owners = reads.points.size === 0 ? undefined : reads.points.get(textOf(key));
      if (owners !== undefined) for (const id of owners) found.add(id);
      reads.ranges.collect(key, found);
    }
    for (const { index, before, after } of write.texts) {
      for (const [id, searches] of this.#indexes.get(index)?.searches ?? []) {
        if (searches.some((search) => searchMatches(search, before) || searchMatches(search, after))) found.add(id);
      }
    }
  }

  #reads(index: number): IndexReads<Id> {
    let reads = this.#indexes.get(index);
    if (reads === undefined) this.#indexes.set(index, (reads = { points: new Map(), ranges: new IntervalTree(), searches: new Map() }));
    return reads;
  }

  #dropIfEmpty(index: number): void {
    const reads = this.#indexes.get(index);
    if (reads?.points.size === 0 && reads.ranges.isEmpty && reads.searches.size === 0) this.#indexes.delete(index);
  }
}

/** A key as a map key: one character per byte. */
function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}

function removeFrom<Id>(map: Map<string, Set<Id>>, key: string, id: Id): void {
  const owners = map.get(key);
  owners?.delete(id);
  if (owners?.size === 0) map.delete(key);
}
