import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { KEY_VARIABLE } from "./options.ts";

/** Where the deployment's address was found. */
export interface FoundUrl {
  readonly url: string;
  /** `VITE_CONVEX_URL in .env.local` */
  readonly source: string;
}

/** The names that the Convex CLI and the frameworks' bundlers give the address, in the order of asking. */
const URL_VARIABLES = [
  "CONVEX_URL", "VITE_CONVEX_URL", "NEXT_PUBLIC_CONVEX_URL", "PUBLIC_CONVEX_URL", "EXPO_PUBLIC_CONVEX_URL", "REACT_APP_CONVEX_URL",
  "NUXT_PUBLIC_CONVEX_URL", "CONVEX_SELF_HOSTED_URL",
];

type Variables = Readonly<Record<string, string | undefined>>;

/** The environment's address of a deployment, else the file's; null when neither has one. */
export function findUrl(environment: Variables, { variables, name: fileName }: { variables: Variables; name: string }): FoundUrl | null {
  for (const [from, place] of [[environment, "the environment"], [variables, fileName]] as const) {
    for (const name of URL_VARIABLES) {
      const url = from[name]?.trim();
      if (url !== undefined && url !== "") return { url, source: `${name} in ${place}` };
    }
  }
  return null;
}

/** The key to hand to the page, if there is one. */
export function findKey(environment: Variables, variables: Variables): string | undefined {
  return [environment[KEY_VARIABLE], variables[KEY_VARIABLE]].map((key) => key?.trim()).find((key) => key !== undefined && key !== "");
}

/** The variables of a file such as .env.local; null when there is no such file. */
export async function readVariables(path: string): Promise<Variables | null> {
  try {
    return parseEnv(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
