export * from "./message.js";
export * from "./messageDoc.js";
export * from "./options.js";
export * from "./stream.js";
export * from "./thread.js";
export * from "./timing.js";
export * from "./tolerant.js";
export * from "./usage.js";
