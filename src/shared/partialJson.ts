import type { JsonValue } from "./json.js";

/**
 * The value that the beginning of a JSON text already shows, or undefined when it shows none: open strings, arrays
 * and objects are closed where the text ends, an unfinished key or literal is left out.
 */
export function parsePartialJson(text: string): JsonValue | undefined {
  try {
    return parse(text);
  } catch {
    // Not whole yet, which is the usual case here: complete it below.
  }
  const completed = completeJson(text);
  if (completed === undefined) return undefined;
  try {
    return parse(completed);
  } catch {
    // Text that is no JSON at all shows nothing; the complete input will report what is wrong with it.
    return undefined;
  }
}

// JSON.parse returns nothing but JSON values.
const parse = (text: string): JsonValue => JSON.parse(text) as JsonValue;

/** What has to be complete before the text may be cut there, and how to close what is open. */
interface SafeEnd {
  readonly length: number;
  readonly closers: string;
}

function completeJson(text: string): string | undefined {
  const stack: string[] = [];
  let safe: SafeEnd | undefined;
  let index = 0;
  const mark = (length: number) => {
    safe = { length, closers: stack.toReversed().join("") };
  };
  while (index < text.length) {
    const character = text[index];
    if (character === '"') {
      const end = stringEnd(text, index);
      const isKey = stack.at(-1) === "}" && expectsKey(text, index);
      if (end < 0) return isKey ? close(text, safe) : openString(text, index, stack);
      index = end;
      if (!isKey) mark(index);
      continue;
    }
    if (character === "{" || character === "[") {
      stack.push(character === "{" ? "}" : "]");
      mark(index + 1);
    } else if (character === "}" || character === "]") {
      stack.pop();
      mark(index + 1);
    } else if (character !== undefined && /[\dtfn-]/.test(character)) {
      const literal = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/.exec(text.slice(index, index + 40))?.[0];
      if (literal === undefined) return close(text, safe);
      index += literal.length;
      mark(index);
      continue;
    }
    index++;
  }
  return close(text, safe);
}

function close(text: string, safe: SafeEnd | undefined): string | undefined {
  return safe === undefined ? undefined : text.slice(0, safe.length) + safe.closers;
}

/** Index after the closing quote of the string that begins at `start`, or -1 when it is open. */
function stringEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === '"') return index + 1;
  }
  return -1;
}

/** A string in an object is a key when the last thing before it is the object's start or a comma. */
function expectsKey(text: string, index: number): boolean {
  for (let before = index - 1; before >= 0; before--) {
    const character = text[before];
    if (character === "{" || character === ",") return true;
    if (character === undefined || !/\s/.test(character)) return false;
  }
  return false;
}

function openString(text: string, start: number, stack: readonly string[]): string {
  // An escape that is cut in the middle is left out.
  const body = text.slice(start).replace(/\\(?:u[\da-fA-F]{0,3})?$/, (cut, offset: number, whole: string) => (isEscaped(whole, offset) ? cut : ""));
  return `${text.slice(0, start)}${body}"${stack.toReversed().join("")}`;
}

function isEscaped(text: string, offset: number): boolean {
  let backslashes = 0;
  for (let index = offset - 1; index >= 0 && text[index] === "\\"; index--) backslashes++;
  return backslashes % 2 === 1;
}
