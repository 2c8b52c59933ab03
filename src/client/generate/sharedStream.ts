import type { ObjectStreamPart } from "ai";

/** A stream of the SDK: to be read as one, or with `for await`. */
type IterableStream<T> = ReadableStream<T> & AsyncIterable<T>;

/** The streams of the SDK's result, which can be read once altogether. */
type ObjectStreams = { readonly fullStream: ReadableStream<ObjectStreamPart<unknown>> };

/**
 * Lets a result of `streamObject` be read as often as one likes: by us to its end, by the app in each of its forms, or
 * not at all. Returns our own stream of its parts.
 */
export function shareStream(result: ObjectStreams): IterableStream<ObjectStreamPart<unknown>> {
  let source: ReadableStream<ObjectStreamPart<unknown>> = result.fullStream;
  const next = (): ReadableStream<ObjectStreamPart<unknown>> => {
    const [branch, rest] = source.tee();
    source = rest;
    return branch;
  };
  const own = next();
  Object.defineProperties(result, {
    fullStream: { get: () => iterable(next()) },
    textStream: { get: () => mapped(next(), (part) => (part.type === "text-delta" ? [part.textDelta] : [])) },
    partialObjectStream: { get: () => mapped(next(), (part) => (part.type === "object" ? [part.object] : [])) },
    elementStream: { get: () => mapped(next(), newElements()) },
  });
  return iterable(own);
}

/** The elements of an array that were not there in the part before. Parts of an array hold whole elements only. */
function newElements(): (part: ObjectStreamPart<unknown>) => unknown[] {
  let known = 0;
  return (part) => {
    if (part.type !== "object" || !Array.isArray(part.object)) return [];
    const added: unknown[] = part.object.slice(known);
    known = part.object.length;
    return added;
  };
}

function mapped<T, R>(stream: ReadableStream<T>, map: (item: T) => readonly R[]): IterableStream<R> {
  const transform = new TransformStream<T, R>({
    transform(item, controller) {
      for (const each of map(item)) controller.enqueue(each);
    },
  });
  return iterable(stream.pipeThrough(transform));
}

/** Not every runtime can iterate over a stream. */
function iterable<T>(stream: ReadableStream<T>): IterableStream<T> {
  return Object.assign(stream, { [Symbol.asyncIterator]: () => read(stream) });
}

async function* read<T>(stream: ReadableStream<T>): AsyncGenerator<T, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
    reader.releaseLock();
  }
}
