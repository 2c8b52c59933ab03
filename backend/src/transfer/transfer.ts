import { join } from "node:path";
import type { HttpRoutes } from "../http/handlers.ts";
import { Exporter, type ExporterOptions } from "./exporter.ts";
import { Importer, type ImporterOptions } from "./importer.ts";

/** Import and export of a deployment. */
export interface Transfer {
  /** For holders of the admin key. */
  readonly routes: HttpRoutes;
  /** Waits for what runs. */
  close(): Promise<void>;
}

/** Opens import and export in `folder`, which is theirs alone. */
export async function openTransfer(options: ExporterOptions & ImporterOptions): Promise<Transfer> {
  const exporter = await Exporter.open({ ...options, folder: join(options.folder, "exports") });
  const importer = await Importer.open({ ...options, folder: join(options.folder, "imports") });
  return {
    routes: { ...exporter.routes, ...importer.routes },
    close: async () => void (await Promise.all([exporter.close(), importer.close()])),
  };
}
