import { createServer } from "node:net";
import { UserError } from "../errors.ts";

const TRIES = 100;

/**
 * The first port from `port` on that nobody listens on. Somebody may take it before it is used; then listening fails
 * with the system's own message.
 *
 * @throws UserError when a hundred ports in a row are busy.
 */
export async function freePort(port: number): Promise<number> {
  for (let candidate = port; candidate < port + TRIES && candidate <= 65_535; candidate += 1) {
    if (await isFree(candidate)) return candidate;
  }
  throw new UserError("NoFreePort", `The ports from ${port} on are busy. Name a free one with --port.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      const isTaken = "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES");
      if (isTaken) resolve(false);
      else reject(error);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
