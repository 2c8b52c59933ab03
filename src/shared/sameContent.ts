/** Whether two Convex values are the same, whatever the order of their fields; bytes count by their number. */
export function sameContent(a: unknown, b: unknown): boolean {
  return stableText(a) === stableText(b);
}

/** JSON with sorted fields: Convex gives the fields of an object back in its own order. */
function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof ArrayBuffer) return `bytes:${item.byteLength}`;
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
