import type { Commit, DocumentWrite, Timestamp } from "./types.ts";

/** How far back {@link RecentCommits} reaches: enough for a result to travel from the runner to its subscriber. */
const MAX_COMMITS = 256;
const MAX_WRITES = 2000;

/** The newest commits, for whoever learns of a result a little after it was made. */
export class RecentCommits {
  #commits: Commit[] = [];
  #writes = 0;
  /** Everything after this is still here. */
  #since: Timestamp;

  constructor(since: Timestamp) {
    this.#since = since;
  }

  add(commit: Commit): void {
    this.#commits.push(commit);
    this.#writes += commit.writes.length;
    while (this.#commits.length > MAX_COMMITS || this.#writes > MAX_WRITES) {
      const oldest = this.#commits.shift();
      if (oldest === undefined) break;
      this.#writes -= oldest.writes.length;
      this.#since = oldest.ts;
    }
  }

  /** Commits after `ts`, oldest first; null when some of them are gone. */
  after(ts: Timestamp): readonly Commit[] | null {
    return ts < this.#since ? null : this.#commits.filter((commit) => commit.ts > ts);
  }
}

/** Joins the writes of one document into one; a document that came and went leaves nothing. */
export function collapseWrites(writes: readonly DocumentWrite[]): DocumentWrite[] {
  if (areApart(writes)) return writes.filter(isChange);
  const byDocument = new Map<string, DocumentWrite>();
  const result: DocumentWrite[] = [];
  for (const write of writes) {
    if (write.id === "") {
      result.push(write);
      continue;
    }
    const name = `${write.componentPath}:${write.id}`;
    const earlier = byDocument.get(name);
    byDocument.set(name, earlier === undefined ? write : { ...write, before: earlier.before, keys: [...earlier.keys, ...write.keys], texts: [...earlier.texts, ...write.texts] });
  }
  for (const write of byDocument.values()) if (isChange(write)) result.push(write);
  return result;
}

/** Up to here it is cheaper to compare each with each than to look them up. */
const FEW_WRITES = 4;

/** Whether it can be seen at a glance that no two writes are of one document. */
function areApart(writes: readonly DocumentWrite[]): boolean {
  if (writes.length > FEW_WRITES) return false;
  for (let at = 1; at < writes.length; at++) {
    const id = writes[at]?.id;
    if (id === "") continue;
    for (let before = 0; before < at; before++) if (writes[before]?.id === id) return false;
  }
  return true;
}

function isChange({ id, before, after }: DocumentWrite): boolean {
  return id === "" || before !== null || after !== null;
}
