import { existsSync } from "node:fs";
import type { Command } from "../command.ts";
import { DATA_DIR_OPTION, dataDirOf, DEFAULT_PORT, shownPath } from "../project.ts";

/** `convex-embedded keys`: what the official CLI needs to talk to this backend. */
export const keys: Command = {
  name: "keys",
  summary: "Print the variables that the official `convex` CLI needs",
  description: "Prints two lines for a shell or for .env.local. With them set, `npx convex dev`, `run`, `data`, `env`, `logs`\n"
    + "and the rest work on this backend. The key opens everything: keep it like a password.",
  options: [DATA_DIR_OPTION, { name: "url", value: "<address>", help: `The backend's address (default http://127.0.0.1:${DEFAULT_PORT})` }],
  examples: ["convex-embedded keys >> .env.local", "export $(convex-embedded keys)"],
  async run({ given, terminal, parts, cwd }) {
    const dataDir = dataDirOf(given, cwd);
    const isNew = !existsSync(dataDir);
    const adminKey = await parts.adminKey(dataDir);
    if (isNew) terminal.note(terminal.paint("yellow", `No backend has run on ${shownPath(cwd, dataDir)} yet: it was made, with new keys.`));
    terminal.out(`CONVEX_SELF_HOSTED_URL=${given.value("url") ?? `http://127.0.0.1:${DEFAULT_PORT}`}`);
    terminal.out(`CONVEX_SELF_HOSTED_ADMIN_KEY=${adminKey}`);
    return 0;
  },
};
