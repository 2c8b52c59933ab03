import { join } from "node:path";

/** For the environment of processes that tests start: Node keeps what it compiled, which is half of their start. */
export const compileCache = { NODE_COMPILE_CACHE: join(import.meta.dirname, "../../../node_modules/.cache/node-compile") };
