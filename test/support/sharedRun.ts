import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { systemPorts } from "../../backend/src/ports.ts";
import { loadDeploymentKeys } from "../../backend/src/system/deploymentKeys.ts";
import { temporaryFolder } from "./browser.ts";
import { buildPage, serveBuiltPage } from "./builtPage.ts";
import { FAST_MODEL, startExample } from "./exampleProcess.ts";
import { findBrowser, launchBrowserServer } from "./launchBrowser.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the Chromium of each worker is reached. */
    browserEndpoints: readonly string[];
    /** The addresses of the run's one example. */
    sharedExample: { readonly page: string; readonly backend: string; readonly http: string; readonly playground: string; readonly adminKey: string };
    /** The folder with the built page. */
    pageDir: string;
    /** The shared example's data. */
    sharedData: string;
  }
}

/**
 * What the end-to-end files of a run share: the example's page as it is built for a deployment, an example on a data
 * folder of its own, and a Chromium for each worker, as what one browser has once, such as the clipboard, files that run
 * side by side would take from each other. Starting them takes longer than most tests. Each test is another viewer, so
 * that none sees the data of the others.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = temporaryFolder("shared");
  const pageDir = join(dir, "page");
  const chromium = await findBrowser();
  const workers = Array.from({ length: project.config.maxWorkers });
  const [browsers, example] = await Promise.all([
    Promise.all(workers.map(() => launchBrowserServer(chromium))), startExample({ dataDir: join(dir, "data"), env: FAST_MODEL }), buildPage(pageDir),
  ]);
  const page = await serveBuiltPage(pageDir, () => example);
  project.provide("browserEndpoints", browsers.map((browser) => browser.wsEndpoint()));
  project.provide("sharedExample", { page: page.url, backend: example.backend, http: example.http, playground: example.playground, adminKey: loadDeploymentKeys(join(dir, "data"), systemPorts).adminKey });
  project.provide("pageDir", pageDir);
  project.provide("sharedData", join(dir, "data"));
  return async () => {
    await Promise.all([...browsers.map((browser) => browser.close()), page.close(), example.stop()]);
    rmSync(dir, { recursive: true, force: true });
  };
}
