import { styleText } from "node:util";

type Colour = "red" | "green" | "yellow" | "cyan" | "magenta" | "blue" | "gray" | "bold";

/** Colours only where a person looks, and not under NO_COLOR. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export interface Stopping {
  /** Resolves when the person (Ctrl-C), a service manager or the terminal's end asks to stop. */
  readonly asked: Promise<void>;
  readonly isAsked: boolean;
}

/** From here on the first request to stop is an orderly one; a second one ends the process where it stands. */
export function listenForStop(): Stopping {
  let isAsked = false;
  const asked = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        // 128 + 2: what a shell gives for a process that Ctrl-C has ended.
        if (isAsked) process.exit(130);
        isAsked = true;
        resolve();
      });
    }
  });
  return { asked, get isAsked() { return isAsked; } };
}
