import { openBackend } from "../src/index.ts";
import { timed } from "./measure.ts";

// Opens the data folder that the command names, and prints how long that took and what memory the process has.
const [dataDir = ""] = process.argv.slice(2);
const { promise: open, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof openBackend>>>();
const ms = await timed(async () => resolve(await openBackend({ dataDir, port: 0, sitePort: 0 })));
process.stdout.write(JSON.stringify({ ms, rssMiB: process.memoryUsage().rss / 1024 / 1024 }));
await (await open).close();
