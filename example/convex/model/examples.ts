import type { Hints } from "./hints";

/**
 * The examples in a field's description: `for example “onions”, “salt”`, or words and numbers with commas between them.
 */
export function examplesOf(description: string | undefined): string[] {
  const [, list] = /\b(?:for example|e\.g\.|such as),?\s+(.+)$/is.exec(description ?? "") ?? [];
  if (list === undefined) return [];
  const quoted = [...list.matchAll(/“([^”]+)”|"([^"]+)"/g)].map((match) => match[1] ?? match[2] ?? "");
  return quoted.length > 0 ? quoted : list.replace(/\.\s*$/, "").split(/,\s*(?:and |or )?|\s+or\s+/).map((item) => item.trim()).filter((item) => item !== "");
}

/** The example for the item at `index` of a list; the last one goes on for ever. */
export function exampleAt(description: string | undefined, index: number): string | undefined {
  const examples = examplesOf(description);
  return examples[index] ?? examples.at(-1);
}

/**
 * The ends of a way, where a text names them: `5 miles to kilometres`, `from Oslo to Rome`. Undefined for fields of
 * other names.
 */
export function endOfWay(field: string, { text }: Pick<Hints, "text">): string | undefined {
  if (field !== "from" && field !== "to") return undefined;
  const way = /\d\s*([\p{L}°²³]{1,30})\s+(?:to|into|in|as)\s+([\p{L}°²³]{1,30})/u.exec(text) ?? /\bfrom\s+([\p{L} ]{1,40}?)\s+to\s+([\p{L}]{1,30}(?: \p{Lu}\p{L}{0,30})?)/u.exec(text);
  return field === "from" ? way?.[1] : way?.[2];
}
