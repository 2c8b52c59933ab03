/** Damps the first ranks: the customary value of reciprocal rank fusion. */
const RANK_OFFSET = 60;

/**
 * One ranking out of several, by reciprocal rank fusion: an item scores 1 / (60 + its rank) in each list it is in.
 * Ranks and not scores are compared, so lists whose scores mean different things (words, meaning) can be joined.
 * Of items that score the same, the one that an earlier list has first comes first.
 */
export function fuseRankings(rankings: readonly (readonly string[])[]): string[] {
  return fuseScores(rankings).map(([item]) => item);
}

/** As {@link fuseRankings}, each item with its score. */
export function fuseScores(rankings: readonly (readonly string[])[]): [item: string, score: number][] {
  const scores = new Map<string, number>();
  for (const ranking of rankings) {
    for (const [rank, item] of [...new Set(ranking)].entries()) scores.set(item, (scores.get(item) ?? 0) + 1 / (RANK_OFFSET + rank + 1));
  }
  return [...scores].sort(([, a], [, b]) => b - a);
}

/** Convex looks at so many words of a search text. */
const MAX_WORDS = 16;

/**
 * What to search for when somebody said `text`: its words, each once. Of a long text the longest words, in their order:
 * they are rarer, and say more of what it is about, than the first ones.
 */
export function searchWords(text: string): string {
  const words = [...new Set(text.toLowerCase().match(/[\p{Alphabetic}\p{N}]+/gu) ?? [])];
  if (words.length <= MAX_WORDS) return words.join(" ");
  const longest = new Set([...words].sort((a, b) => b.length - a.length).slice(0, MAX_WORDS));
  return words.filter((word) => longest.has(word)).join(" ");
}
