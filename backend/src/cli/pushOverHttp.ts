import type { ComponentSource, PushRequest } from "../components/types.ts";
import { UserError } from "../errors.ts";
import { isRecord, parseJson } from "../values/json.ts";

/** A running backend and the key that lets us change it. */
export interface PushTarget {
  readonly url: string;
  readonly adminKey: string;
}

/**
 * Pushes a bundle over HTTP, as the official CLI does: start, wait for the schema, finish.
 * @throws UserError with the backend's own text when it refuses.
 */
export async function pushOverHttp(target: PushTarget, request: PushRequest): Promise<void> {
  const { adminKey } = target;
  const startPush = await post(target, "start_push", {
    adminKey,
    dryRun: false,
    functions: "convex/",
    appDefinition: appJson(request.app),
    componentDefinitions: request.components.map((component) => ({ ...sourceJson(component), definitionPath: component.definitionPath, functions: component.functions })),
    nodeDependencies: [],
    forCodegen: false,
  });
  const schemaChange = isRecord(startPush) ? startPush["schemaChange"] : null;
  for (let state = "inProgress"; state !== "complete";) {
    const reply = await post(target, "wait_for_schema", { adminKey, schemaChange, timeoutMs: 10_000, dryRun: false });
    if (!isRecord(reply) || typeof reply["type"] !== "string") throw new UserError("BadReply", `${target.url} gave no state of the schema`);
    if (reply["type"] === "failed") throw new UserError("SchemaFailed", String(reply["error"]));
    if (reply["type"] === "raceDetected") throw new UserError("RaceDetected", "Another push finished while this one was under way. Push again.");
    state = reply["type"];
  }
  await post(target, "finish_push", { adminKey, startPush, dryRun: false, message: null });
}

function appJson(app: ComponentSource): unknown {
  return { ...sourceJson(app), changedModules: app.functions, unchangedModuleHashes: [] };
}

function sourceJson({ definition, dependencies, schema, udfServerVersion }: ComponentSource) {
  return { definition, dependencies, schema, udfServerVersion };
}

async function post({ url, adminKey }: PushTarget, step: string, body: unknown): Promise<unknown> {
  const response = await fetch(new URL(`/api/deploy2/${step}`, url), {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Convex ${adminKey}` },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new UserError("Unreachable", `No backend answers at ${url}. Is it running?`, { cause });
  });
  const text = await response.text();
  if (response.ok) return parseJson(text);
  throw new UserError("PushRefused", refusalText(text), { httpStatus: response.status });
}

/** The message of a refusal; a reply that is not the backend's (a proxy's page, say) is shown as it is. */
function refusalText(text: string): string {
  if (!text.startsWith("{")) return text;
  const refusal = parseJson(text);
  return isRecord(refusal) && typeof refusal["message"] === "string" ? refusal["message"] : text;
}
