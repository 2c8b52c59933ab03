"use node";
import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { Readable } from "node:stream";
import { actionGeneric as action } from "convex/server";

const fail = (): never => {
  throw new Error("thrown in a callback");
};
/** An action that waits for a callback which throws. */
const waiting = (start: () => void) => action({ args: {}, handler: () => new Promise<null>(() => start()) });

export const timer = waiting(() => void setTimeout(fail, 1));
export const immediate = waiting(() => void setImmediate(fail));
export const tick = waiting(() => process.nextTick(fail));
export const file = waiting(() => readFile(import.meta.filename, fail));
export const stream = waiting(() => void Readable.from(["x"]).on("data", fail));
export const emitter = waiting(() => void setTimeout(() => new EventEmitter().once("x", fail).emit("x"), 1));
