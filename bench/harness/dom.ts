import { Window } from "happy-dom";

/** A document for React to render into; there is nothing to see. */
export function dom(): Document {
  if (typeof document === "undefined") {
    const window = new Window();
    Object.assign(globalThis, { window, document: window.document });
  }
  return document;
}
