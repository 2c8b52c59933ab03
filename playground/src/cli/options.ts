import { parseArgs } from "node:util";

/** What was asked for on the command line. */
export type CliRequest =
  /** `isNamed`: the file was asked for, so it has to be there. */
  | { kind: "serve"; port: number; url: string | undefined; apiPath: string; envFile: string; isNamed: boolean }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "mistake"; message: string };

const DEFAULT_PORT = 5273;
export const KEY_VARIABLE = "CONVEX_AGENT_PLAYGROUND_KEY";

export const HELP = `convex-agent-playground: see, try and fix what the agents of a Convex app do

Run it in the app's folder:

  npx convex-agent-playground [options]

  --url URL         the deployment; default: what .env.local or the environment says
  --api-path PATH   the module that exports the functions; default: playground,
                    for convex/playground.ts
  --port PORT       the first port to try; default: ${DEFAULT_PORT}
  --env FILE        where to look for it; default: .env.local
  --version         the version of this program
  --help            this text

The page asks for an API key, or takes it from ${KEY_VARIABLE}
(in the environment or in .env.local). Issue one with

  npx convex run --component agent apiKeys:issue '{"name":"playground"}'
`;

/** Reads the arguments; what cannot be meant is a mistake with its reason. */
export function parseRequest(args: readonly string[]): CliRequest {
  try {
    const { values } = parseArgs({
      args: [...args],
      // Not --env-file: Node takes that for its own, wherever on the line it stands.
      options: {
        url: { type: "string" }, "api-path": { type: "string" }, port: { type: "string" }, env: { type: "string" },
        help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "v" },
      },
    });
    if (values.help === true) return { kind: "help" };
    if (values.version === true) return { kind: "version" };
    return requestOf({ url: values.url, apiPath: values["api-path"], port: values.port, envFile: values.env });
  } catch (error) {
    // An option that it does not know, or one without its value.
    if (error instanceof TypeError) return { kind: "mistake", message: error.message };
    throw error;
  }
}

interface Given { url: string | undefined; apiPath: string | undefined; port: string | undefined; envFile: string | undefined }

function requestOf({ url, apiPath = "playground", port = String(DEFAULT_PORT), envFile }: Given): CliRequest {
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return { kind: "mistake", message: `--url ${url}: it takes an address such as https://happy-otter-123.convex.cloud.` };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) return { kind: "mistake", message: `--port ${port}: it takes a number from 1 to 65535.` };
  return { kind: "serve", port: number, url, apiPath, envFile: envFile ?? ".env.local", isNamed: envFile !== undefined };
}
