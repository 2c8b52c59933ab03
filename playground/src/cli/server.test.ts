import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { servePlayground, type PlaygroundServer } from "./server.ts";

const KEY = "agent_0123456789abcdef</script><script>alert(1)</script>$&";
let folder: string;
let server: PlaygroundServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "playground-"));
  const page = join(folder, "page");
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "outside");
  mkdirSync(`${page}2`);
  writeFileSync(join(`${page}2`, "secret.txt"), "outside");
  writeFileSync(join(page, "index.html"), '<title>Playground</title><script type="application/json" id="connection">{}</script>');
  writeFileSync(join(page, "assets/index-abc.js"), "export {};");
  server = await servePlayground({ port: 41_000, pageDir: async () => page, connection: () => ({ url: "http://127.0.0.1:3210", apiPath: "playground", apiKey: KEY }) });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer { status: number; headers: NodeJS.Dict<string | string[]>; body: string }

/** A request as it stands: `fetch` would tidy the path and set the host. */
function ask(path: string, { host = `127.0.0.1:${server.port}`, method = "GET" }: { host?: string; method?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers: { host }, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => { body += piece; }).on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on("error", reject).end();
  });
}

describe("the playground's server", () => {
  test("puts what is known into the page, so that nothing in it can end the element that holds it", async () => {
    const { status, body, headers } = await ask("/");
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    const known = /<script type="application\/json" id="connection">([^<]*)<\/script>/.exec(body)?.[1] ?? "";
    expect(JSON.parse(known)).toEqual({ url: "http://127.0.0.1:3210", apiPath: "playground", apiKey: KEY });
    expect(body.match(/<script/g)).toHaveLength(1);
  });

  test("tells the key in the page alone: in no other body, and in no header of any answer", async () => {
    for (const path of ["/assets/index-abc.js", "/missing", "/assets/", "/%00", "/index.html/x", "/connection.json"]) {
      expect(JSON.stringify(await ask(path))).not.toContain("0123456789abcdef");
    }
    expect(JSON.stringify((await ask("/")).headers)).not.toContain("0123456789abcdef");
    expect(JSON.stringify(await ask("/", { method: "POST" }))).not.toContain("0123456789abcdef");
  });

  test("a name that somebody points at this machine gets nothing", async () => {
    for (const host of ["evil.example", "evil.example:5273", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1@evil.example"]) {
      const { status, body } = await ask("/", { host });
      expect([400, 403]).toContain(status);
      expect(body).not.toContain("connection");
    }
    for (const host of ["localhost", `localhost:${server.port}`, `[::1]:${server.port}`]) expect((await ask("/", { host })).status).toBe(200);
  });

  test("whatever the path, nothing outside the page's folder is served", async () => {
    const dots = fc.constantFrom("..", ".", "%2e%2e", "%2E.", "..%2f", "..%5c", "%2f", "//", "\\..\\", "assets", "page", "secret.txt", "page2", "%00", "..;", "%252e%252e");
    await fc.assert(
      fc.asyncProperty(fc.array(dots, { minLength: 1, maxLength: 6 }), async (parts) => {
        const { body } = await ask(`/${parts.join("/")}`);
        expect(body).not.toBe("outside");
      }),
      { numRuns: 150 },
    );
    expect((await ask("/..%2fsecret.txt")).status).toBe(404);
    expect((await ask("/..%2fpage2%2fsecret.txt")).status).toBe(404);
    expect((await ask("/%E0%A4%A")).status).toBe(400);
  });

  test("files with a hash in their name are kept for ever, the page never; both say what they are", async () => {
    const { headers, body } = await ask("/assets/index-abc.js");
    expect(body).toBe("export {};");
    expect(headers).toMatchObject({ "content-type": "text/javascript; charset=utf-8", "cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect((await ask("/", { method: "DELETE" })).status).toBe(405);
  });

  test("a busy port is passed over", async () => {
    const busy: Server = createServer();
    const port = await new Promise<number>((resolve) => { busy.listen(0, "127.0.0.1", () => { const at = busy.address(); resolve(typeof at === "object" && at !== null ? at.port : 0); }); });
    const second = await servePlayground({ port, pageDir: async () => join(folder, "page"), connection: () => ({}) });
    expect(second.port).toBeGreaterThan(port);
    await second.close();
    await new Promise((resolve) => { busy.close(resolve); });
  });
});
