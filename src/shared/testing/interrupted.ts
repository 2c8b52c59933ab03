import type { ScriptedModel } from "../../client/testing/scriptedModel.js";

type StreamResult = Awaited<ReturnType<ScriptedModel["doStream"]>>;
/** A part of a provider's stream. */
export type ModelPart = StreamResult["stream"] extends ReadableStream<infer Part> ? Part : never;

/**
 * The model with each of its streams stopped after the first part that `after` picks: held until `until` settles, and
 * broken off, as by a lost connection, when that rejects. An abort ends the wait.
 */
export function interrupted(model: ScriptedModel, { after, until }: { after: (part: ModelPart) => boolean; until: Promise<unknown> }): ScriptedModel {
  // A rejection that no stream has come to yet is nobody's failure.
  until.catch(() => undefined);
  return {
    ...model,
    doStream: async (call) => {
      const reader = (await model.doStream(call)).stream.getReader();
      let isHeld = false;
      let wasHeld = false;
      const stream = new ReadableStream<ModelPart>({
        async pull(controller) {
          if (isHeld) await orAbort(until, call.abortSignal);
          isHeld = false;
          const { done, value } = await reader.read();
          if (done) return controller.close();
          controller.enqueue(value);
          if (!wasHeld && after(value)) isHeld = wasHeld = true;
        },
        cancel: (reason) => reader.cancel(reason),
      }, { highWaterMark: 0 });
      return { stream };
    },
  };
}

async function orAbort(until: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  await Promise.race([until, aborted]);
}

/** A promise that is settled from outside. */
export function gate(): { promise: Promise<void>; open: () => void; fail: (error: unknown) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, open: resolve, fail: reject };
}

/** What never comes. */
export const never = new Promise<never>(() => undefined);

/** Waits for what happens beside a test, by asking; the runner's time limit ends it. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1));
}
