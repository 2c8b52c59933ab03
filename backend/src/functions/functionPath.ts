/** A function's place in its component: `dir/module.js` and the name of the export. */
export interface FunctionPath {
  readonly module: string;
  readonly name: string;
}

const known = new Map<string, FunctionPath>();
// Paths come from clients too: the memory they take is bounded.
const MAX_KNOWN = 10_000;

/** Reads `dir/module:name`, `dir/module.js:name` or `dir/module` (its default export). */
export function parseFunctionPath(text: string): FunctionPath {
  const found = known.get(text);
  if (found !== undefined) return found;
  const colon = text.lastIndexOf(":");
  const modulePath = colon === -1 ? text : text.slice(0, colon);
  const name = colon === -1 ? "default" : text.slice(colon + 1);
  const parsed = { module: `${modulePath.replace(/^\/+/, "").replace(/\.js$/, "")}.js`, name };
  if (known.size < MAX_KNOWN) known.set(text, parsed);
  return parsed;
}

/** `dir/module.js:name` */
export function formatFunctionPath({ module, name }: FunctionPath): string {
  return `${module}:${name}`;
}

/** `dir/module:name`, as developers write it; a default export is the module alone. */
export function displayFunctionPath({ module, name }: FunctionPath): string {
  const path = module.replace(/\.js$/, "");
  return name === "default" ? path : `${path}:${name}`;
}
