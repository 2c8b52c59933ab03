import * as fc from "fast-check";
import { expect, test } from "vitest";
import { issueUploadToken, readUploadToken, UPLOAD_TOKEN_MS } from "./uploadToken.ts";

const secret = new Uint8Array(32).fill(7);

test("a token gives back its component for one hour and no longer", () => {
  fc.assert(fc.property(fc.string(), fc.nat(), fc.nat(2 * UPLOAD_TOKEN_MS), (componentPath, nowMs, laterMs) => {
    const token = issueUploadToken(secret, { componentPath, nowMs });
    expect(token).toBe(encodeURIComponent(token));
    const read = (): string => {
      try {
        return readUploadToken(secret, token, nowMs + laterMs);
      } catch (error) {
        return String(error).includes("expired") ? "expired" : String(error);
      }
    };
    expect(read()).toBe(laterMs < UPLOAD_TOKEN_MS ? componentPath : "expired");
  }));
});

test("a changed, foreign or invented token is refused", () => {
  const token = issueUploadToken(secret, { componentPath: "a", nowMs: 0 });
  const foreign = issueUploadToken(new Uint8Array(32).fill(8), { componentPath: "a", nowMs: 0 });
  const other = issueUploadToken(secret, { componentPath: "b", nowMs: 0 });
  const mixed = `${other.split(".")[0]}.${token.split(".")[1]}`;
  for (const bad of [foreign, mixed, "", ".", "a.b", `${token}.x`, token.slice(0, -2)]) {
    expect(() => readUploadToken(secret, bad, 0)).toThrow(/not valid/);
  }
  fc.assert(fc.property(fc.string(), (text) => {
    expect(() => readUploadToken(secret, text, 0)).toThrow(/not valid/);
  }));
});
