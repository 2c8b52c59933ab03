import { existsSync } from "node:fs";
import type { Command } from "../command.ts";
import { DATA_DIR_OPTION, dataDirOf, shownPath } from "../project.ts";

/** `convex-embedded reset`: delete the data folder. */
export const reset: Command = {
  name: "reset",
  summary: "Delete all data, files, environment variables and pushed functions",
  description: "Deletes the data folder, after asking. It refuses while a backend is running on it. Your source files are\n"
    + "not touched.",
  options: [DATA_DIR_OPTION, { name: "yes", short: "y", help: "Do not ask" }],
  examples: ["convex-embedded reset", "convex-embedded reset --yes"],
  async run({ given, terminal, parts, cwd }) {
    const dataDir = dataDirOf(given, cwd);
    const shown = shownPath(cwd, dataDir);
    if (!existsSync(dataDir)) {
      terminal.note(`There is nothing to delete at ${shown}.`);
      return 0;
    }
    if (!given.flag("yes")) {
      const answer = await terminal.ask(`Delete everything in ${shown}? [y/N] `);
      if (answer === null) {
        terminal.note(terminal.paint("red", "Nobody is there to ask: use --yes to delete without asking."));
        return 1;
      }
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.note("Nothing was deleted.");
        return 1;
      }
    }
    const left = await parts.deleteData(dataDir);
    terminal.note(terminal.paint("green", `✔ Deleted ${left.length === 0 ? shown : `the backend's data in ${shown}`}`));
    if (left.length > 0) terminal.note(`Left alone, since they are not the backend's: ${left.join(", ")}`);
    return 0;
  },
};
