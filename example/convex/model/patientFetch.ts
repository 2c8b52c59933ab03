/**
 * `fetch` that gives up on a server that says nothing for `silenceMs`, before its answer or in the middle. Without it a
 * provider that hangs holds its call, and the person who waits, until the platform ends the action.
 */
export function patientFetch(silenceMs: number): typeof fetch {
  return async (input, init) => {
    const controller = new AbortController();
    const giveUp = () => controller.abort(new DOMException(`The provider said nothing for ${Math.round(silenceMs / 1000)} seconds.`, "TimeoutError"));
    let timer = setTimeout(giveUp, silenceMs);
    const signal = init?.signal;
    const onAbort = () => controller.abort(signal?.reason);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    try {
      const response = await fetch(input, { ...init, signal: controller.signal });
      if (response.body === null) {
        end();
        return response;
      }
      const body = response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, out) {
          clearTimeout(timer);
          timer = setTimeout(giveUp, silenceMs);
          out.enqueue(piece);
        },
        flush: end,
      }));
      return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
    } catch (error) {
      end();
      throw error;
    }
  };
}
