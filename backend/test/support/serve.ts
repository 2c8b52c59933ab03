import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { createInterface } from "node:readline";
import { openBackend } from "../../src/index.ts";
import { Clock } from "./clock.ts";
import type { ServeRequest } from "./backendProcess.ts";

// A backend as a process of its own. It waits for one line that says what to serve, prints its address, and serves
// until it is ended: by a signal, or with whoever started it.

const [line]: unknown[] = await once(createInterface({ input: process.stdin }), "line");
// Written by backendProcess.ts.
const { dataDir, port, durability, clock } = JSON.parse(String(line)) as ServeRequest;
process.stdin.resume().once("end", () => process.exit(0));
const ports = clock === undefined ? undefined : Clock.running(clock);
const backend = await openBackend({ dataDir, port, sitePort: 0, durability, ports });
process.stdout.write(`${backend.url}\n`);
// It will be killed, and keeps at its end what it has compiled; so it does that now.
flushCompileCache();
