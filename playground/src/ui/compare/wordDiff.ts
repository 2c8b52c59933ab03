/** A run of text that is in both, only in the first, or only in the second. */
export interface DiffRun {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Above this many comparisons what differs is shown as replaced whole: nobody reads such a diff word by word. */
const MAX_CELLS = 4_000_000;

/**
 * What changed from one text to another, by words. The runs of the first text (same, removed) are the first text and
 * those of the second (same, added) are the second.
 */
export function wordDiff(before: string, after: string): DiffRun[] {
  const a = wordsOf(before);
  const b = wordsOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const runs: DiffRun[] = [];
  add(runs, "same", a.slice(0, start));
  for (const run of diffMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end))) add(runs, run.kind, [run.text]);
  add(runs, "same", a.slice(a.length - end));
  return joined(runs);
}

/** Changes with nothing but space between them are one change: words are read together. */
function joined(runs: readonly DiffRun[]): DiffRun[] {
  const result: DiffRun[] = [];
  let [removed, added] = ["", ""];
  const close = () => {
    add(result, "removed", [removed]);
    add(result, "added", [added]);
    [removed, added] = ["", ""];
  };
  for (const [index, { kind, text }] of runs.entries()) {
    const isBetween = kind === "same" && text.trim() === "" && removed !== "" && added !== "" && index < runs.length - 1;
    if (kind !== "added" && (kind === "removed" || isBetween)) removed += text;
    if (kind !== "removed" && (kind === "added" || isBetween)) added += text;
    if (kind !== "same" || isBetween) continue;
    close();
    add(result, "same", [text]);
  }
  close();
  return result;
}

function diffMiddle(a: readonly string[], b: readonly string[]): DiffRun[] {
  const whole: DiffRun[] = [{ kind: "removed", text: a.join("") }, { kind: "added", text: b.join("") }];
  if (a.length === 0 || b.length === 0 || (a.length + 1) * (b.length + 1) > MAX_CELLS) return whole;
  const lengths = commonLengths(a, b);
  const width = b.length + 1;
  const runs: DiffRun[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left = "", right = ""] = [a[i], b[j]];
    if (left === right) {
      runs.push({ kind: "same", text: left });
      i += 1;
      j += 1;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) {
      runs.push({ kind: "removed", text: left });
      i += 1;
    } else {
      runs.push({ kind: "added", text: right });
      j += 1;
    }
  }
  return [...runs, { kind: "removed", text: a.slice(i).join("") }, { kind: "added", text: b.slice(j).join("") }];
}

/** How many words the rests from `i` and `j` on have in common, in order: at `i * (b.length + 1) + j`. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  return lengths;
}

/** Joins runs of a kind that follow one another. */
function add(runs: DiffRun[], kind: DiffRun["kind"], words: readonly string[]): void {
  const text = words.join("");
  if (text === "") return;
  const last = runs.at(-1);
  if (last?.kind === kind) runs[runs.length - 1] = { kind, text: last.text + text };
  else runs.push({ kind, text });
}

/** Words, numbers, spaces and other signs, each by itself: joined they are the text. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{Alphabetic}\p{M}\p{N}_]+|\s+|[^\p{Alphabetic}\p{M}\p{N}_\s]/gu) ?? [];
}

/** Which share of the words of both texts is in both, from 0 to 1. */
export function likeness(runs: readonly DiffRun[]): number {
  const chars = (kind: DiffRun["kind"]) => runs.filter((run) => run.kind === kind).reduce((sum, { text }) => sum + text.length, 0);
  const all = chars("same") * 2 + chars("removed") + chars("added");
  return all === 0 ? 1 : (chars("same") * 2) / all;
}
