/** Part of a file, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export type RangeRequest =
  /** No range asked for, or one in a unit or form this server does not know: the whole file. */
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly range: ByteRange }
  /** Nothing of the file lies in the range, or several ranges were asked for. */
  | { readonly kind: "unsatisfiable" };

/** Reads a `Range` header against a file of `sizeBytes`. */
export function parseRange(header: string | null, sizeBytes: number): RangeRequest {
  const spec = /^\s*bytes\s*=(.*)$/i.exec(header ?? "")?.[1];
  if (spec === undefined) return { kind: "whole" };
  if (spec.includes(",")) return { kind: "unsatisfiable" };
  const match = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(spec);
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return { kind: "whole" };
  if (first === "") {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? { kind: "unsatisfiable" } : part(sizeBytes - length, sizeBytes - 1);
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== "" && Number(last) < start) return { kind: "whole" };
  return start >= sizeBytes ? { kind: "unsatisfiable" } : part(start, end);
}

function part(start: number, end: number): RangeRequest {
  return { kind: "part", range: { start, end } };
}
