import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { callLaws } from "./laws/calls.ts";
import { componentLaws } from "./laws/components.ts";
import { databaseLaws } from "./laws/database.ts";
import { fileLaws } from "./laws/files.ts";
import { limitLaws } from "./laws/limits.ts";
import { orderLaws } from "./laws/order.ts";
import { pageLaws } from "./laws/pages.ts";
import { schedulerLaws } from "./laws/scheduler.ts";
import { searchLaws } from "./laws/searches.ts";
import { validatorLaws } from "./laws/validators.ts";
import { targetKinds, type Target } from "./targets.ts";

const topics = {
  functions: callLaws, validators: validatorLaws, database: databaseLaws, order: orderLaws, pages: pageLaws, scheduler: schedulerLaws, files: fileLaws,
  searches: searchLaws, components: componentLaws, limits: limitLaws,
};

// The same laws, on convex-test (which imitates Convex in memory) and on this backend.
describe.each(targetKinds)("$name", (kind) => {
  let target: Target;
  beforeAll(async () => {
    target = await kind.open();
  });
  beforeEach(async () => {
    target = await kind.reset(target);
  });
  afterAll(() => kind.close());

  describe.each(Object.entries(topics))("%s", (_topic, laws) => {
    test.for(laws)("$states", async ({ convexTestDiffers, holds }, { skip }) => {
      skip(kind.name === "convex-test" && convexTestDiffers !== undefined, `convex-test ${convexTestDiffers}`);
      await expect(holds(target).then(() => "holds")).resolves.toBe("holds");
    });
  });
});
