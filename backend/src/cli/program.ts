import { commandHelp, programHelp, readOptions, type Command, type CommandContext } from "./command.ts";
import { dev } from "./commands/dev.ts";
import { keys } from "./commands/keys.ts";
import { push } from "./commands/push.ts";
import { reset } from "./commands/reset.ts";
import { start } from "./commands/start.ts";
import { formatError } from "./printError.ts";

const COMMANDS: readonly Command[] = [dev, start, push, reset, keys];

/**
 * Runs the program and returns its exit code: 0 went well, 1 did not, 2 was called wrongly.
 *
 * @param args - What was typed after the program's name.
 */
export async function runProgram(args: readonly string[], context: Omit<CommandContext, "given">): Promise<number> {
  const { terminal } = context;
  const [name, ...rest] = args;
  if (name === "--version" || name === "-V") {
    terminal.out(context.parts.version);
    return 0;
  }
  const isHelp = name === undefined || ["help", "--help", "-h"].includes(name);
  const command = COMMANDS.find((candidate) => candidate.name === (isHelp ? rest[0] : name));
  if (command === undefined) {
    const isAsked = isHelp && rest.length === 0;
    if (!isAsked) terminal.note(terminal.paint("red", `There is no command "${isHelp ? rest[0] : name}".\n`));
    // What was asked for can be piped into a pager.
    for (const line of programHelp(COMMANDS, terminal.paint)) (isAsked ? terminal.out : terminal.note)(line);
    return isAsked ? 0 : 2;
  }
  if (isHelp || rest.includes("--help") || rest.includes("-h")) {
    for (const line of commandHelp(command, terminal.paint)) terminal.out(line);
    return 0;
  }
  try {
    const given = readOptions(command, rest);
    return await command.run({ ...context, given });
  } catch (error) {
    for (const line of formatError(error, { paint: terminal.paint, folder: context.cwd })) terminal.note(line);
    const isWrongCall = error instanceof Error && "code" in error && /^(ERR_PARSE_ARGS.*|BadPort|BadUrl)$/.test(String(error.code));
    if (isWrongCall) terminal.note(`See convex-embedded ${command.name} --help`);
    return isWrongCall ? 2 : 1;
  }
}
