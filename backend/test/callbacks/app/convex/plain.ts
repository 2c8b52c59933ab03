import { actionGeneric as action, queryGeneric as query } from "convex/server";

const fail = (): never => {
  throw new Error("thrown in a callback");
};
const waiting = (start: () => void) => action({ args: {}, handler: () => new Promise<null>(() => start()) });

export const timer = waiting(() => void setTimeout(fail, 1));
export const event = waiting(() => {
  const target = new EventTarget();
  target.addEventListener("x", fail);
  target.dispatchEvent(new Event("x"));
});
export const microtask = waiting(() => queueMicrotask(fail));
export const inQuery = query({ args: {}, handler: () => new Promise<null>(() => queueMicrotask(fail)) });
export const fine = query({ args: {}, handler: async () => "fine" });
