import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";

export type Colour = "red" | "green" | "yellow" | "cyan" | "magenta" | "blue" | "gray" | "bold";

/** Where a command writes and whom it asks. Tests give it arrays and answers. */
export interface Terminal {
  /** Results: what a script would read. */
  out(line: string): void;
  /** Progress, logs and errors: what a person reads. */
  note(line: string): void;
  paint(colour: Colour, text: string): string;
  /** Asks a question; null when nobody is there to answer. */
  ask(question: string): Promise<string | null>;
  /** Resolves when the person wants to stop (Ctrl-C, or a service manager's request). */
  untilStopped(): Promise<void>;
}

/** The process's own terminal. Colours only where a person looks, and not under NO_COLOR. */
export function processTerminal(): Terminal {
  // Whoever reads may have read enough (`| head`): what is left has no reader, and is no mistake.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    paint: (colour, text) => styleText(colour, text, { stream: process.stderr }),
    async ask(question) {
      if (!process.stdin.isTTY) return null;
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await prompt.question(question);
      } finally {
        prompt.close();
      }
    },
    untilStopped: () => new Promise((resolve) => {
      const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
      const stop = (): void => {
        // The next one ends the process at once.
        for (const signal of signals) process.off(signal, stop);
        resolve();
      };
      for (const signal of signals) process.on(signal, stop);
    }),
  };
}
