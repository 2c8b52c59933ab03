import { compareKeys } from "../values/keys.ts";
import { valuesEqual } from "../values/compare.ts";
import { getFieldPath } from "../values/json.ts";
import type { Commit, DocumentWrite, IndexedText, KeyRange, ReadSet, SearchRead } from "./types.ts";

/** Something still being read: it knows how far it got only when asked. */
export interface OpenScan {
  /** The index and the range scanned so far; null when nothing was read. */
  scanned(): { index: number; range: KeyRange } | null;
}

/** Collects what an execution reads. */
export class ReadSetBuilder {
  readonly #ranges = new Map<number, KeyRange[]>();
  readonly #searches = new Map<number, SearchRead[]>();
  readonly #open = new Set<OpenScan>();

  addRange(index: number, range: KeyRange): void {
    const ranges = this.#ranges.get(index);
    if (ranges === undefined) this.#ranges.set(index, [range]);
    else ranges.push(range);
  }

  addSearch(index: number, search: SearchRead): void {
    const searches = this.#searches.get(index);
    if (searches === undefined) this.#searches.set(index, [search]);
    else searches.push(search);
  }

  /** From now on the scan counts as read as far as it got. */
  openScan(scan: OpenScan): void {
    this.#open.add(scan);
  }

  /** The scan has got as far as it ever will. Idempotent. */
  closeScan(scan: OpenScan): void {
    if (!this.#open.delete(scan)) return;
    const scanned = scan.scanned();
    if (scanned !== null) this.addRange(scanned.index, scanned.range);
  }

  /** Everything that was read; nothing more will be. Unlike {@link build} it copies nothing. */
  finish(): ReadSet {
    for (const scan of this.#open) this.closeScan(scan);
    return { ranges: this.#ranges, searches: this.#searches };
  }

  /** Everything read so far. */
  build(): ReadSet {
    const ranges = new Map([...this.#ranges].map(([index, list]) => [index, [...list]]));
    for (const scan of this.#open) {
      const scanned = scan.scanned();
      if (scanned === null) continue;
      const list = ranges.get(scanned.index);
      if (list === undefined) ranges.set(scanned.index, [scanned.range]);
      else list.push(scanned.range);
    }
    return { ranges, searches: new Map(this.#searches) };
  }
}

/** Whether a commit may change what the owner of this read set saw. Never false when it does. */
export function touches(readSet: ReadSet, commit: Commit): boolean {
  return commit.writes.some((write) => writeTouches(readSet, write));
}

function writeTouches(readSet: ReadSet, write: DocumentWrite): boolean {
  for (const { index, key } of write.keys) {
    if (readSet.ranges.get(index)?.some((range) => contains(range, key)) === true) return true;
  }
  for (const { index, before, after } of write.texts) {
    const searches = readSet.searches.get(index);
    if (searches?.some((search) => searchMatches(search, before) || searchMatches(search, after)) === true) return true;
  }
  return false;
}

export function contains(range: KeyRange, key: Uint8Array): boolean {
  return compareKeys(key, range.from) >= 0 && (range.to === null || compareKeys(key, range.to) < 0);
}

/** Whether a document with this text could be a result of the search. */
export function searchMatches(search: SearchRead, text: IndexedText | null): boolean {
  if (text === null) return false;
  if (!search.filters.every(({ field, value }) => valuesEqual(getFieldPath(text.document, field.split(".")), value))) return false;
  return search.terms.some((term) => (term.prefix ? hasPrefix(text.terms, term.text) : text.terms.has(term.text)));
}

function hasPrefix(terms: ReadonlyMap<string, number>, prefix: string): boolean {
  for (const term of terms.keys()) {
    if (term.startsWith(prefix)) return true;
  }
  return false;
}
