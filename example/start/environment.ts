import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";

/** The variables that the example's functions read. Others of the machine's environment are none of their business. */
const NAMES = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_TIMEOUT_MS", "DEMO_WORD_DELAY_MS", "PAGE_ORIGIN", "SUPPORT_CODE"] as const;

export interface Variable {
  readonly name: string;
  /** null: not set; it is taken away from the deployment if an earlier start has set it. */
  readonly value: string | null;
}

/** What the deployment's variables should be: from the environment, else from the file; blank counts as not set. */
export async function readVariables(file: string, environment: NodeJS.ProcessEnv): Promise<Variable[]> {
  const written = parseEnv(await readIfThere(file));
  return NAMES.map((name) => {
    const value = [environment[name], written[name]].map((text) => text?.trim() ?? "").find((text) => text !== "");
    return { name, value: value ?? null };
  });
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new Error(`${file} cannot be read: ${String(error)}`, { cause: error });
  }
}

/** Which model will answer, in one line. */
export function describeVariables(variables: readonly Variable[]): string {
  const value = (name: string) => variables.find((variable) => variable.name === name)?.value ?? null;
  if (value("OPENAI_API_KEY") === null) return "scripted demo (for a real one: OPENAI_API_KEY=… in .env.local)";
  const model = value("OPENAI_MODEL") ?? "the default model";
  const baseURL = value("OPENAI_BASE_URL");
  return `${model} at ${baseURL === null ? "OpenAI" : hostOf(baseURL)}`;
}

/** Host and port only: an address may hold a user name and a password. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : "an address that is not a URL: check OPENAI_BASE_URL";
}
