/** Names under which rewritten modules find the globals of their runtime. */
export const ISOLATE_HOST = "__convexIsolateHost";
export const NODE_HOST = "__convexNodeHost";
