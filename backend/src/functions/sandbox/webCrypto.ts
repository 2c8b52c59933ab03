import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { findSandbox, refuse, RefusedError, type Sandbox } from "./sandbox.ts";

const MAX_RANDOM_BYTES = 65_536;

function deterministic(): Sandbox | null {
  const sandbox = findSandbox();
  return sandbox === null || sandbox.random === null ? null : sandbox;
}

function getRandomValues<T extends ArrayBufferView>(view: T): T {
  const random = deterministic()?.random;
  // The platform checks the view's type; Node's typing of the parameter is narrower than ArrayBufferView.
  if (!random) return crypto.getRandomValues(view as T & Uint8Array<ArrayBuffer>);
  if (view.byteLength > MAX_RANDOM_BYTES) {
    throw new DOMException(
      `Byte length (${view.byteLength}) exceeds the number of bytes of entropy available via this API (${MAX_RANDOM_BYTES})`,
      "QuotaExceededError",
    );
  }
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(random.bytes(view.byteLength));
  return view;
}

function randomUUID(): string {
  const random = deterministic()?.random;
  if (!random) return crypto.randomUUID();
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function refuseRandomness(mode: Sandbox["mode"]): never {
  if (mode === "import") throw new RefusedError("Cannot use cryptographic randomness at import time");
  refuse("cryptographic randomness", mode);
}

const HASHES: Readonly<Record<string, string>> = { "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" };

function nameOf(algorithm: AlgorithmIdentifier): string {
  return (typeof algorithm === "string" ? algorithm : algorithm.name).toUpperCase();
}

function bytesOf(source: BufferSource): Uint8Array {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

// Digests and HMACs are worked out at once in queries and mutations, so that these end without waiting for a thread.
async function digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer> {
  const hash = HASHES[nameOf(algorithm)];
  if (deterministic() === null || hash === undefined) return await awaited(crypto.subtle.digest(algorithm, data));
  return toArrayBuffer(createHash(hash).update(bytesOf(data)).digest());
}

/** Bytes of HMAC keys that queries and mutations imported: a key itself does not give them back. */
const secrets = new WeakMap<CryptoKey, Uint8Array>();

async function importKey(...args: unknown[]): Promise<CryptoKey> {
  // Arguments go through untouched; the platform checks them.
  const key = await awaited((crypto.subtle.importKey.bind(crypto.subtle) as (...args: unknown[]) => Promise<CryptoKey>)(...args));
  const [format, data] = args;
  if (format === "raw" && key.algorithm.name === "HMAC" && (ArrayBuffer.isView(data) || data instanceof ArrayBuffer)) {
    // The platform took it as a BufferSource.
    secrets.set(key, Uint8Array.from(bytesOf(data as BufferSource)));
  }
  return key;
}

function hmac(key: CryptoKey, data: BufferSource): Buffer | null {
  // `KeyAlgorithm` of an HMAC key carries its hash; the base type does not say so.
  const { name, hash } = key.algorithm as KeyAlgorithm & { hash?: KeyAlgorithm };
  const hashName = hash === undefined ? undefined : HASHES[hash.name.toUpperCase()];
  const secret = secrets.get(key);
  if (deterministic() === null || name !== "HMAC" || hashName === undefined || secret === undefined) return null;
  return createHmac(hashName, secret).update(bytesOf(data)).digest();
}

async function sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer> {
  const signature = key.usages.includes("sign") ? hmac(key, data) : null;
  return signature === null ? await awaited(crypto.subtle.sign(algorithm, key, data)) : toArrayBuffer(signature);
}

async function verify(algorithm: AlgorithmIdentifier, key: CryptoKey, signature: BufferSource, ...rest: [BufferSource]): Promise<boolean> {
  const [data] = rest;
  const expected = key.usages.includes("verify") ? hmac(key, data) : null;
  if (expected === null) return await awaited(crypto.subtle.verify(algorithm, key, signature, data));
  const given = bytesOf(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function generateKey(...args: unknown[]): Promise<CryptoKey | CryptoKeyPair> {
  const sandbox = deterministic();
  if (sandbox !== null) refuseRandomness(sandbox.mode);
  // Arguments go through untouched; the platform checks them.
  return await (crypto.subtle.generateKey.bind(crypto.subtle) as (...args: unknown[]) => Promise<CryptoKey | CryptoKeyPair>)(...args);
}

const ownSubtle: Readonly<Record<string, unknown>> = { digest, sign, verify, generateKey, importKey };

/** `crypto.subtle`: the platform's, without its own randomness in queries and mutations. */
const sandboxSubtle = new Proxy(crypto.subtle, {
  get(target, key) {
    if (typeof key === "string" && key in ownSubtle) return ownSubtle[key];
    const value: unknown = Reflect.get(target, key, target);
    return typeof value === "function" ? (...args: unknown[]) => awaited(Reflect.apply(value, target, args)) : value;
  },
});

/** Tells the sandbox that its code waits for a thread of the platform. */
function awaited<T>(result: T): T {
  if (result instanceof Promise) findSandbox()?.hostWork?.(result);
  return result;
}

/** `crypto` of the default runtime. */
export const sandboxCrypto = Object.freeze({ getRandomValues, randomUUID, subtle: sandboxSubtle });
