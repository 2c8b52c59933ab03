import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Law } from "../law.ts";

export const fileLaws: readonly Law[] = [
  {
    states: "a stored file is read back with its text, type and size",
    holds: async (t) => {
      const id = await t.action("files:store", { text: "héllo", type: "text/x-note" });
      expect(await t.action("files:read", { id })).toEqual({ text: "héllo", type: "text/x-note", size: 6 });
    },
  },
  {
    states: "its document tells size and digest",
    holds: async (t) => {
      const id = await t.action("files:store", { text: "digest me", type: "text/plain" });
      expect(await t.query("files:metadata", { id })).toMatchObject({ _id: id, size: 9, sha256: createHash("sha256").update("digest me").digest("base64") });
    },
  },
  {
    states: "its document tells its type",
    convexTestDiffers: "does not keep it there",
    holds: async (t) => {
      const id = await t.action("files:store", { text: "{}", type: "application/json" });
      expect(await t.query("files:metadata", { id })).toMatchObject({ contentType: "application/json" });
    },
  },
  {
    states: "it has an address until it is deleted; then it is gone",
    holds: async (t) => {
      const id = await t.action("files:store", { text: "short-lived" });
      expect(await t.query("files:url", { id })).toMatch(/^https?:\/\//);
      await t.mutation("files:drop", { id });
      expect(await t.query("files:url", { id })).toBeNull();
      expect(await t.query("files:metadata", { id })).toBeNull();
      expect(await t.action("files:read", { id })).toBeNull();
    },
  },
  {
    states: "its address serves it",
    convexTestDiffers: "gives addresses that nobody serves",
    holds: async (t) => {
      const id = await t.action("files:store", { text: "served", type: "text/plain" });
      const response = await fetch(String(await t.query("files:url", { id })));
      expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([200, "text/plain", "served"]);
    },
  },
];
