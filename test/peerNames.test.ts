import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as peerRoot from "@convex-dev/agent";
import * as peerReact from "@convex-dev/agent/react";
import * as peerValidators from "@convex-dev/agent/validators";
import * as root from "convex-agent";
import * as react from "convex-agent/react";
import * as validators from "convex-agent/validators";
import { expect, test } from "vitest";

const guide = readFileSync(join(import.meta.dirname, "../docs/guides/migrating.md"), "utf8");

test.each([
  ["the root", peerRoot, root],
  ["/validators", peerValidators, validators],
  ["/react", peerReact, react],
])("every name that an app imports from %s of @convex-dev/agent is here, or the guide says what replaces it", (_entry, peer, ours) => {
  const names = Object.keys(peer);
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !(name in ours) && !guide.includes(`\`${name}\``))).toEqual([]);
});
