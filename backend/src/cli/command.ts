import { parseArgs } from "node:util";
import type { CliBackend, CliParts } from "./parts.ts";
import type { Terminal } from "./terminal.ts";

/** One `--option`: a flag, or one that takes a value when it names a placeholder for it. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** `<folder>`; absent: a flag. */
  readonly value?: string;
  readonly help: string;
}

/** What the person typed after the command's name. */
export interface Given {
  flag(name: string): boolean;
  value(name: string): string | undefined;
}

/** What a command works with; tests give it fakes. */
export interface CommandContext {
  readonly given: Given;
  readonly terminal: Terminal;
  readonly parts: CliParts;
  /** Where the command was started. */
  readonly cwd: string;
}

/** A subcommand. `run` returns the exit code. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A paragraph or two, for its own help. */
  readonly description: string;
  readonly options: readonly Option[];
  readonly examples: readonly string[];
  run(context: CommandContext): Promise<number>;
}

const HELP: Option = { name: "help", short: "h", help: "Show this help" };

/** Reads a command's options. @throws Error of `node:util` for an unknown option or a missing value. */
export function readOptions(command: Command, args: readonly string[]): Given {
  const options = Object.fromEntries([...command.options, HELP].map(({ name, short, value }) =>
    [name, { type: value === undefined ? "boolean" : "string", ...(short === undefined ? {} : { short }) } as const]));
  const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  return {
    flag: (name) => values[name] === true,
    value: (name) => {
      const value = values[name];
      return typeof value === "string" ? value : undefined;
    },
  };
}

/** The help of one command. */
export function commandHelp(command: Command, paint: Terminal["paint"]): string[] {
  const rows = [...command.options, HELP].map(({ name, short, value, help }) => {
    const left = `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
    return { left, help };
  });
  return [
    `${paint("bold", `convex-embedded ${command.name}`)}  ${command.summary}`,
    "",
    ...command.description.split("\n"),
    "",
    paint("bold", "Options"),
    ...table(rows),
    "",
    paint("bold", "Examples"),
    ...command.examples.map((example) => `  ${example}`),
  ];
}

/** The help of the program. */
export function programHelp(commands: readonly Command[], paint: Terminal["paint"]): string[] {
  return [
    `${paint("bold", "convex-embedded")}  A Convex-compatible backend on this machine: no account, no network.`,
    "",
    `Usage: convex-embedded ${paint("cyan", "<command>")} [options]`,
    "",
    paint("bold", "Commands"),
    ...table(commands.map(({ name, summary }) => ({ left: name, help: summary }))),
    "",
    "convex-embedded <command> --help explains a command. The official CLI works with it too;",
    "`convex-embedded keys` prints the two variables it needs.",
  ];
}

function table(rows: readonly { left: string; help: string }[]): string[] {
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`);
}

/** Opens a backend, runs `body` with it and closes it, whatever happens. */
export async function withBackend(backend: CliBackend, body: () => Promise<number>): Promise<number> {
  try {
    return await body();
  } finally {
    await backend.close();
  }
}
