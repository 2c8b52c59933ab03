"use client";
import { useState } from "react";
import type { JsonValue } from "../shared/json.js";
import { parsePartialJson } from "../shared/partialJson.js";
import { shareValue } from "./store/shareValue.js";

/** A type whose every field, at every depth, may still be missing. */
export type PartialDeep<T> = T extends readonly (infer Item)[] ? PartialDeep<Item>[]
  : T extends object ? { [Field in keyof T]?: PartialDeep<T[Field]> } : T;

/**
 * The object whose JSON text is being streamed, as far as it is there: for replies written with `streamObject`. Open
 * strings show what they have; unfinished numbers, keys and literals wait. What did not change keeps its identity from
 * one text to the next, so memoised rows do not render again.
 *
 * The text is a model's: the type is what you expect of it, so check the finished object where it matters.
 *
 * @param text The message's text so far; undefined or empty: nothing is there.
 * @returns `object` (undefined until there is one) and `isComplete` (the text is a whole JSON value).
 * @example
 * const { object } = useStreamingObject<Recipe>(message.text);
 */
export function useStreamingObject<T>(text: string | undefined): { object: PartialDeep<T> | undefined; isComplete: boolean } {
  const [kept, setKept] = useState(() => read(text ?? "", undefined));
  let current = kept;
  if (kept.text !== (text ?? "")) {
    current = read(text ?? "", kept.value);
    setKept(current);
  }
  // The caller states what the model was asked for.
  return { object: current.value as PartialDeep<T> | undefined, isComplete: current.isComplete };
}

interface Read {
  readonly text: string;
  readonly value: JsonValue | undefined;
  readonly isComplete: boolean;
}

function read(text: string, before: JsonValue | undefined): Read {
  const value = parsePartialJson(text);
  const isComplete = value !== undefined && isWhole(text);
  return { text, value: shareValue(before, value), isComplete };
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The question was whether it parses.
    return false;
  }
}
