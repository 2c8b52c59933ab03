import type { LogEntry } from "../functions/types.ts";
import { readableFrames } from "./printError.ts";
import type { Colour, Terminal } from "./terminal.ts";

type Paint = Terminal["paint"];

const LEVEL_COLOURS: Readonly<Record<string, Colour>> = {
  LOG: "cyan", INFO: "cyan", DEBUG: "gray", WARN: "yellow", ERROR: "red",
};

/**
 * One log entry as lines for a person: each `console` line, then the error if the call failed. A call that said
 * nothing and went well is shown only with `verbose`.
 *
 * @example
 * ```text
 * 14:03:07 M messages:send [LOG] 'hello'
 * 14:03:07 M messages:send failed after 3 ms
 *            Uncaught Error: no such channel
 *              at handler (convex/messages.ts:12:11)
 * ```
 */
export function formatLogEntry(entry: LogEntry, options: { paint: Paint; verbose: boolean }): string[] {
  const { paint } = options;
  const name = `${paint("bold", entry.udfType.slice(0, 1))} ${componentPrefix(entry)}${shownIdentifier(entry)}`;
  const lines = entry.logLines.map((line) => {
    const level = paint(LEVEL_COLOURS[line.level] ?? "cyan", `[${line.level}]`);
    const cut = line.isTruncated ? paint("gray", " (cut: too long)") : "";
    return `${paint("gray", clock(line.timestampMs))} ${name} ${level} ${indentRest(line.messages.join(" "))}${cut}`;
  });
  if (entry.kind === "Progress") return lines;
  const time = paint("gray", clock(entry.timestampMs));
  const took = `${Math.ceil(entry.executionMs)} ms`;
  if (entry.error !== null) {
    lines.push(`${time} ${name} ${paint("red", `failed after ${took}`)}`);
    lines.push(...readableFrames(entry.error).split("\n").map((text) => paint("red", `${" ".repeat(11)}${text}`)));
  } else if (options.verbose) {
    lines.push(`${time} ${name} ${paint("gray", entry.cachedResult ? "from cache" : took)}`);
  }
  return lines;
}

function shownIdentifier(entry: LogEntry): string {
  return entry.identifier.replace(/\.js(?=:|$)/, "");
}

function componentPrefix(entry: LogEntry): string {
  return entry.componentPath === "" ? "" : `(${entry.componentPath}) `;
}

/** Hour, minute and second in the reader's time zone. */
function clock(timestampMs: number): string {
  const date = new Date(timestampMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function indentRest(text: string): string {
  return text.replaceAll("\n", `\n${" ".repeat(11)}`);
}
