/** The options that are set: one that is there but undefined must not hide a default. */
export function defined<T extends object>(options: T): T {
  // What goes is what an optional field may lack anyway.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
