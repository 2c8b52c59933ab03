import { withBackend, type Command } from "../command.ts";
import { SERVER_OPTIONS } from "../project.ts";
import { openServer, printAddresses, STOPPING } from "../serve.ts";

/** `convex-embedded start`: serve what was pushed last. */
export const start: Command = {
  name: "start",
  summary: "Run the backend with the functions that were pushed last",
  description: "Serves the data folder as it is: the app that was pushed last, its data, its scheduled jobs and crons.\n"
    + "Functions can still be pushed to it, by `convex-embedded push` or by the official CLI.",
  options: SERVER_OPTIONS,
  examples: ["convex-embedded start", "convex-embedded start --data-dir /var/lib/chat --port 8080"],
  async run(context) {
    const backend = await openServer(context);
    return await withBackend(backend, async () => {
      printAddresses(context, backend, backend.hasFunctions ? [] : ["Functions     none yet: push them, for example with `npx convex deploy`"]);
      await context.terminal.untilStopped();
      context.terminal.note(STOPPING);
      return 0;
    });
  },
};
