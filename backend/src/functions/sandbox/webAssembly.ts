import { findSandbox } from "./sandbox.ts";

function mustBeAtOnce(): boolean {
  const sandbox = findSandbox();
  return sandbox !== null && sandbox.mode !== "action";
}

// Programs are compiled at once in queries and mutations: these end without waiting for the platform's compiler threads.
async function compile(bytes: BufferSource): Promise<WebAssembly.Module> {
  return mustBeAtOnce() ? new WebAssembly.Module(bytes) : await WebAssembly.compile(bytes);
}

async function instantiate(source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports): Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource> {
  if (source instanceof WebAssembly.Module) return mustBeAtOnce() ? new WebAssembly.Instance(source, imports) : await WebAssembly.instantiate(source, imports);
  if (!mustBeAtOnce()) return await WebAssembly.instantiate(source, imports);
  const module = new WebAssembly.Module(source);
  return { module, instance: new WebAssembly.Instance(module, imports) };
}

/** `WebAssembly` of the default runtime. */
export const sandboxWebAssembly: object = Object.freeze(
  Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(WebAssembly), compile: { value: compile, enumerable: true }, instantiate: { value: instantiate, enumerable: true } }),
);
