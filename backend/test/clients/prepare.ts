import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { bundleApp, openBackend } from "../../src/index.ts";
import type { Prepared } from "./served.ts";

// Pushes the app to a new data folder and signs tokens for its users; prints both. In a process of its own, since tests
// of hooks run where a page's globals are, and a backend does not.

const TOKENS = 10;

const dataDir = mkdtempSync(join(tmpdir(), "convex-embedded-clients-"));
const { privateKey, publicKey } = await generateKeyPair("ES256");
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k" }] });
const { request } = await bundleApp({ functionsDir: join(import.meta.dirname, "app/convex") });
const backend = await openBackend({ dataDir, port: 0, sitePort: 0, durability: "fast" });
await backend.setEnv([{ name: "TEST_JWKS", value: `data:application/json;base64,${Buffer.from(jwks).toString("base64")}` }]);
await backend.push(request);
await backend.close();

const sign = async (sub: string, id: number): Promise<string> =>
  await new SignJWT({ sub, aud: "app", jti: String(id) }).setProtectedHeader({ alg: "ES256", kid: "k" }).setIssuer("https://issuer.test").setIssuedAt().setExpirationTime("1h").sign(privateKey);
const tokensOf = async (sub: string): Promise<string[]> => await Promise.all(Array.from({ length: TOKENS }, (_, id) => sign(sub, id)));
const prepared: Prepared = { dataDir, tokens: { ada: await tokensOf("ada"), bob: await tokensOf("bob") } };
process.stdout.write(JSON.stringify(prepared));
