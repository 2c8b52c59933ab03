import { isRecord, type JsonValue } from "../../shared/json.js";
import { isEqual } from "./shareUnchanged.js";

/** `next`, with every array and object in it that is equal to its predecessor replaced by that very object. */
export function shareValue(before: JsonValue | undefined, next: JsonValue | undefined): JsonValue | undefined {
  if (isEqual(before, next)) return before;
  if (Array.isArray(next) && Array.isArray(before)) {
    // An element of an array of JSON values is one.
    return next.map((item, index) => shareValue(before[index], item) as JsonValue);
  }
  if (isRecord(next) && isRecord(before) && !Array.isArray(next) && !Array.isArray(before)) {
    return Object.fromEntries(Object.entries(next).map(([name, value]) => [name, shareValue(before[name], value)]));
  }
  return next;
}
