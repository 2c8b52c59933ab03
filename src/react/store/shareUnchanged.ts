/**
 * `next`, but with each element that is equal in content to the element of `previous` at the same place replaced by
 * that very object: what did not change keeps its identity, and React need not render it again. When nothing changed
 * at all, `previous` itself.
 */
export function shareUnchanged<T extends object>(
  previous: readonly T[],
  next: readonly T[],
  placeOf: (item: T) => string,
): readonly T[] {
  const byPlace = new Map(previous.map((item) => [placeOf(item), item]));
  const shared = next.map((item) => {
    const old = byPlace.get(placeOf(item));
    return old !== undefined && isEqual(old, item) ? old : item;
  });
  const isSame = shared.length === previous.length && shared.every((item, index) => item === previous[index]);
  return isSame ? previous : shared;
}

/** Equal in content; both are values that Convex can carry, so there are no cycles, functions or class instances. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (a instanceof ArrayBuffer || b instanceof ArrayBuffer) {
    return a instanceof ArrayBuffer && b instanceof ArrayBuffer && isEqual([...new Uint8Array(a)], [...new Uint8Array(b)]);
  }
  const left = new Map<string, unknown>(Object.entries(a));
  const right = Object.entries(b);
  return left.size === right.length && right.every(([name, value]) => left.has(name) && isEqual(left.get(name), value));
}
