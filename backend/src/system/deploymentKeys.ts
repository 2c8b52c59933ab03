import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { makeFolder } from "../storage/folder.ts";
import { toStorageError } from "../storage/sqlite.ts";

/** The secrets of a data folder. */
export interface DeploymentKeys {
  /** Opens everything: `<instance name>|<secret>`, as the official CLI expects it. */
  readonly adminKey: string;
  /** Signs upload URLs. 32 bytes. */
  readonly uploadSecret: Uint8Array;
}

/** Part of the admin key before the bar, and the deployment's name in messages. */
export const INSTANCE_NAME = "convex-embedded";
const FILE = "keys.json";

/**
 * The keys of a data folder, made on first use and the same ever after. Reads one small file that only its owner may
 * read, so it also works beside a running backend.
 *
 * @throws UserError when the file is damaged.
 */
export function loadDeploymentKeys(dataDir: string, ports: Pick<Ports, "randomBytes">): DeploymentKeys {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) createKeys(dataDir, path, ports);
  const text = readFileSync(path, "utf8");
  const admin = /"adminSecret":\s*"([0-9a-f]{64})"/.exec(text)?.[1];
  const upload = /"uploadSecret":\s*"([0-9a-f]{64})"/.exec(text)?.[1];
  if (admin === undefined || upload === undefined) {
    throw new UserError("DamagedKeys", `${path} is damaged. Delete it to get new keys; clients with the old admin key must then get the new one.`);
  }
  return { adminKey: `${INSTANCE_NAME}|${admin}`, uploadSecret: Buffer.from(upload, "hex") };
}

/** Writes a complete file beside and links it into place: two processes that start together agree on one set of keys. */
function createKeys(dataDir: string, path: string, ports: Pick<Ports, "randomBytes">): void {
  makeFolder(dataDir);
  const secret = (): string => Buffer.from(ports.randomBytes(32)).toString("hex");
  const draft = `${path}.${process.pid}.new`;
  try {
    writeDurably(draft, `${JSON.stringify({ adminSecret: secret(), uploadSecret: secret() })}\n`);
    linkSync(draft, path);
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!isTaken) throw toStorageError(error, path, "write");
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
