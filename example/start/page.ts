import { createServer as createHttpServer, type Server } from "node:http";
import { join } from "node:path";
import { createServer } from "vite";

export interface PageServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const TRIES = 100;

/**
 * Serves the web page with Vite on loopback: at `port`, or the next one that is free. The HTTP server is ours and Vite
 * its middleware: a Vite that has a server of its own ends the process at the first signal, before the backend is closed.
 */
export async function openPage(options: { exampleDir: string; port: number; backendUrl: string; httpUrl: string }): Promise<PageServer> {
  const { exampleDir, backendUrl, httpUrl } = options;
  const http = createHttpServer();
  const port = await listen(http, options.port);
  const vite = await createServer({
    configFile: join(exampleDir, "vite.config.ts"),
    root: exampleDir,
    // Two that run at once would take the packages that each has made ready from under the other.
    cacheDir: join(exampleDir, `../node_modules/.vite/${port}`),
    appType: "spa",
    logLevel: "warn",
    clearScreen: false,
    server: { middlewareMode: true, ws: { server: http }, warmup: { clientFiles: ["./ui/main.tsx", "./ui/chat/ChatPage.tsx"] } },
    define: {
      "import.meta.env.VITE_CONVEX_URL": JSON.stringify(backendUrl),
      "import.meta.env.VITE_CONVEX_SITE_URL": JSON.stringify(httpUrl),
    },
  });
  http.on("request", vite.middlewares);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      await vite.close();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        // A browser keeps its connections open for as long as it can.
        http.closeAllConnections();
      });
    },
  };
}

async function listen(http: Server, first: number): Promise<number> {
  for (let port = first; port < first + TRIES; port++) if (await tryListen(http, port)) return port;
  throw new Error(`The ports ${first} to ${first + TRIES - 1} are all busy; the page needs one of them.`);
}

function tryListen(http: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      if ("code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES")) resolve(false);
      else reject(error);
    };
    http.once("error", onError);
    http.listen({ port, host: "127.0.0.1" }, () => {
      http.off("error", onError);
      resolve(true);
    });
  });
}
