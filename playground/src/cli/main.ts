#!/usr/bin/env node
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findKey, findUrl, readVariables, type FoundUrl } from "./environment.ts";
import { HELP, KEY_VARIABLE, parseRequest, type CliRequest } from "./options.ts";
import { servePlayground, type KnownConnection } from "./server.ts";

/** The folder of the package: of dist/cli/main.js, and of src/cli/main.ts in a clone. */
const packageDir = join(import.meta.dirname, "../..");
const pageDir = join(packageDir, "dist/page");

process.exitCode = await run(parseRequest(process.argv.slice(2)));

/** Returns the exit code. */
async function run(request: CliRequest): Promise<number> {
  switch (request.kind) {
    case "help":
      process.stdout.write(HELP);
      return 0;
    case "version":
      process.stdout.write(`${await version()}\n`);
      return 0;
    case "mistake":
      process.stderr.write(`${request.message}\nSee convex-agent-playground --help.\n`);
      return 2;
    case "serve":
      return await serve(request);
    default:
      return request satisfies never;
  }
}

async function serve({ port, url, apiPath, envFile, isNamed }: Extract<CliRequest, { kind: "serve" }>): Promise<number> {
  if (isNamed && (await readVariables(envFile)) === null) {
    process.stderr.write(`--env ${envFile}: there is no such file here.\n`);
    return 2;
  }
  if (!existsSync(join(pageDir, "index.html"))) {
    process.stderr.write(`The page is missing at ${pageDir}. In a clone, build it first: npm run build --workspace convex-agent-playground\n`);
    return 1;
  }
  const look = async () => {
    const file = await readVariables(envFile);
    const variables = file ?? {};
    const found: FoundUrl | null = url === undefined ? findUrl(process.env, { variables, name: envFile }) : { url, source: "--url" };
    return { found, apiKey: findKey(process.env, variables), isThere: file !== null };
  };
  const server = await servePlayground({
    port,
    pageDir: async () => pageDir,
    // Read again for each look at the page: a file that was mended is right after a reload.
    connection: async (): Promise<KnownConnection> => {
      const { found, apiKey } = await look();
      return { apiPath, ...(found && { url: found.url }), ...(apiKey !== undefined && { apiKey }) };
    },
  });
  const { found, apiKey, isThere } = await look();
  row("Page", server.url);
  row("Deployment", found === null ? `${isThere ? `no CONVEX_URL or the like in ${envFile}` : `there is no ${envFile} here`}; the page asks for it` : `${found.url} (${found.source})`);
  row("Functions", `convex/${apiPath}.ts`);
  row("Key", apiKey === undefined ? `the page asks for it, or set ${KEY_VARIABLE}` : `of ${KEY_VARIABLE}`);
  row("Stop", "Ctrl-C");
  await stopAsked();
  await server.close();
  return 0;
}

function row(name: string, value: string): void {
  process.stdout.write(`  ${name.padEnd(11)} ${value}\n`);
}

function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageDir, "package.json"), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown";
}
