import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../errors.ts";
import type { Ports } from "../ports.ts";

const TOKEN = /^[0-9a-f]{32}$/;
const MAX_PARTS = 10_000;

/** Files on their way in, part by part, on disk. They do not outlive the process: an import begins with its upload. */
export class Uploads {
  readonly #folder: string;
  readonly #ports: Pick<Ports, "randomBytes">;

  private constructor(folder: string, ports: Pick<Ports, "randomBytes">) {
    this.#folder = folder;
    this.#ports = ports;
  }

  static async open(folder: string, ports: Pick<Ports, "randomBytes">): Promise<Uploads> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return new Uploads(folder, ports);
  }

  async start(): Promise<string> {
    const token = Buffer.from(this.#ports.randomBytes(16)).toString("hex");
    await mkdir(join(this.#folder, token));
    return token;
  }

  /** Keeps one part; sending it again replaces it. */
  async part(token: string, number: number, body: AsyncIterable<Uint8Array>): Promise<string> {
    const dir = await this.#dir(token);
    if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) throw new UserError("BadPartNumber", `partNumber must be a number from 1 to ${MAX_PARTS}`);
    const name = `part-${number}`;
    await pipeline(Readable.from(body), createWriteStream(join(dir, name)));
    return name;
  }

  /** Joins the parts in the order of their tokens; returns the path of the whole file. */
  async finish(token: string, partTokens: readonly unknown[]): Promise<string> {
    const dir = await this.#dir(token);
    const known = new Set(await readdir(dir));
    const path = join(dir, "whole");
    const parts = partTokens.map((part) => {
      if (typeof part !== "string" || !known.has(part) || !part.startsWith("part-")) throw new UserError("BadPartToken", "A part token is not one of this upload");
      return join(dir, part);
    });
    await pipeline(Readable.from(contentOf(parts)), createWriteStream(path));
    return path;
  }

  /** Deletes the file of a finished upload. */
  async discard(token: string): Promise<void> {
    if (TOKEN.test(token)) await rm(join(this.#folder, token), { recursive: true, force: true });
  }

  async #dir(token: string): Promise<string> {
    const dir = join(this.#folder, TOKEN.test(token) ? token : "unknown");
    const isThere = await stat(dir).then((found) => found.isDirectory(), () => false);
    if (!isThere) throw new UserError("UploadNotFound", "This upload is not known (any more). Start the import again.", { httpStatus: 404 });
    return dir;
  }
}

async function* contentOf(parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    yield* createReadStream(part);
    await rm(part);
  }
}
