/** A vector on its way between functions: numbers, or the same as 32-bit floats, a quarter of the size. */
export type Vector = number[] | ArrayBuffer;

/** The lengths of vectors that Convex can search. */
export const MIN_DIMENSION = 2;
export const MAX_DIMENSION = 4096;

const BYTES_PER_NUMBER = 4;

/** A vector as 32-bit floats: as exact as Convex's vector index, which keeps no more. */
export function packVector(numbers: readonly number[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(numbers.length * BYTES_PER_NUMBER));
  numbers.forEach((number, index) => view.setFloat32(index * BYTES_PER_NUMBER, number, true));
  return view.buffer;
}

/** The numbers of a vector in either form. */
export function unpackVector(vector: Vector): number[] {
  if (Array.isArray(vector)) return vector;
  const view = new DataView(vector);
  return Array.from({ length: Math.floor(vector.byteLength / BYTES_PER_NUMBER) }, (_, index) => view.getFloat32(index * BYTES_PER_NUMBER, true));
}

/** The vector with zeros after it. Its angle to other vectors padded alike, which is all a search compares, stays the same. */
export function padVector(numbers: readonly number[], length: number): number[] {
  return [...numbers, ...Array.from({ length: length - numbers.length }, () => 0)];
}
