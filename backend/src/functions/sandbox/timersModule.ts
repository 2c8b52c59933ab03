import * as timers from "node:timers";
import { NODE_HOST } from "./hostNames.ts";

// What user code gets for `node:timers` (see userImports.ts): the timers of its own globals.

type Timers = Pick<typeof timers, "setTimeout" | "setInterval" | "setImmediate" | "clearTimeout" | "clearInterval" | "clearImmediate">;

// host.ts put it there before any user code was loaded. By its name, since test runners load this file twice.
const host = Reflect.get(globalThis, NODE_HOST) as Timers;

export { promises } from "node:timers";
export const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = host;
// Default because Node's own module has one.
export default { ...timers, setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
