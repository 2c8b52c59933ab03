/**
 * `npm start`: the embedded backend, the example's functions and its web page, on this machine alone. Needs no account
 * and no network. Data is kept in `.convex-data/` of the clone.
 */
import { join } from "node:path";
import { runExample } from "./start/run.ts";

const exampleDir = import.meta.dirname;
const cloneDir = join(exampleDir, "..");

const exitCode = await runExample({
  exampleDir,
  dataDir: process.env.CONVEX_DATA_DIR ?? join(cloneDir, ".convex-data"),
  envFile: join(cloneDir, ".env.local"),
  cloneDir,
  backendPort: process.env.CONVEX_PORT === undefined ? undefined : Number(process.env.CONVEX_PORT),
});
// All of ours is closed. A connection that a function opened by means of its own would keep the process.
process.exit(exitCode);
