import type { Message } from "esbuild";

/** A mistake in the app's code. `location.file` is absolute, its `line` counts from 1 and its `column` from 0. */
export type BundleMessage = Pick<Message, "text"> & {
  readonly location: { readonly file: string; readonly line: number; readonly column: number; readonly lineText: string } | null;
};

/** Mistakes in the app's code that keep it from being bundled: all that were found, each with its place. */
export class BundleError extends Error {
  readonly errors: readonly BundleMessage[];

  constructor(errors: readonly BundleMessage[], cause?: unknown) {
    super(errors.map(printMessage).join("\n"), cause === undefined ? undefined : { cause });
    this.name = "BundleError";
    this.errors = errors;
  }
}

function printMessage({ text, location }: BundleMessage): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1} ${text}\n  ${location.lineText}`;
}
