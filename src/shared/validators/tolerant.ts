import { v, type GenericValidator, type VAny, type VArray, type Value } from "convex/values";

/**
 * A validator that types a value but lets every Convex value through. Stored messages use it for the parts of their
 * content: a kind of part that this version does not know must be kept, not refused.
 */
export function vTyped<T>(): VAny<T> {
  // `v.any()` accepts everything; the type is what code that reads the value may rely on for kinds it knows.
  return v.any() as unknown as VAny<T>;
}

/** A list whose items are typed but not checked one by one. */
export function vTypedArray<T extends Value>(): VArray<T[], VAny<T>> {
  return v.array(vTyped<T>());
}

/** The page of a list: what `paginate` and our own lists return. */
export function vPaginationResult<Item extends GenericValidator>(vItem: Item) {
  return v.object({
    page: v.array(vItem),
    continueCursor: v.string(),
    isDone: v.boolean(),
    splitCursor: v.optional(v.union(v.string(), v.null())),
    pageStatus: v.optional(v.union(v.literal("SplitRecommended"), v.literal("SplitRequired"), v.null())),
  });
}
