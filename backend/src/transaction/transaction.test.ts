import fc from "fast-check";
import { expect, test } from "vitest";
import { compareValues } from "../values/compare.ts";
import { encodedValue } from "../values/testing/arbitraries.ts";
import { getFieldPath, type JsonObject, type JsonValue } from "../values/json.ts";
import type { QueryJson, RangeBound } from "../query/types.ts";
import { snapshotOf } from "./transaction.ts";
import type { Transaction } from "./types.ts";
import { touches } from "./readSet.ts";
import { collect, TestStore } from "./testing/store.ts";

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom("", "a", "b", "a\0"), fc.boolean(), fc.constant(null));
const field = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: encodedValue.map(({ json }) => json) });
const fields: fc.Arbitrary<JsonObject> = fc.record({ a: field, b: field }, { requiredKeys: [] }).map((record) => ({ ...record }) as JsonObject);

type Step =
  | { kind: "insert"; fields: JsonObject }
  | { kind: "patch" | "replace"; at: number; fields: JsonObject; drop: boolean }
  | { kind: "remove"; at: number }
  | { kind: "nested"; steps: Step[]; fails: boolean }
  | { kind: "check"; query: Spec };

/** A query in terms that the model can follow. */
interface Spec {
  index: "by_id" | "by_creation_time" | "by_a" | "by_ab";
  equal: JsonValue[];
  lower: { value: JsonValue; inclusive: boolean } | null;
  upper: { value: JsonValue; inclusive: boolean } | null;
  order: "asc" | "desc";
  filterBelow: JsonValue | null;
  limit: number | null;
}

const bound = fc.option(fc.record({ value: field, inclusive: fc.boolean() }));
const spec: fc.Arbitrary<Spec> = fc.record({
  index: fc.constantFrom("by_id" as const, "by_creation_time" as const, "by_a" as const, "by_ab" as const),
  equal: fc.array(field, { maxLength: 2 }), lower: bound, upper: bound, order: fc.constantFrom("asc" as const, "desc" as const),
  filterBelow: fc.option(field), limit: fc.option(fc.nat({ max: 4 })),
});

const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant("insert" as const), fields }),
    fc.record({ kind: fc.constantFrom("patch" as const, "replace" as const), at: fc.nat(), fields, drop: fc.boolean() }),
    fc.record({ kind: fc.constant("remove" as const), at: fc.nat() }),
    fc.record({ kind: fc.constant("check" as const), query: spec }),
    fc.record({ kind: fc.constant("nested" as const), steps: fc.array(tie("step"), { maxLength: 4 }), fails: fc.boolean() }),
  ),
}));

const INDEXES = { by_id: ["_id"], by_creation_time: ["_creationTime"], by_a: ["a", "_creationTime"], by_ab: ["a", "b", "_creationTime"] } as const;
type Model = Map<string, JsonObject>;

async function withStore(run: (store: TestStore) => Promise<void>): Promise<void> {
  await using store = new TestStore();
  await store.schema([{ tableName: "t", indexes: [{ indexDescriptor: "by_a", fields: ["a"] }, { indexDescriptor: "by_ab", fields: ["a", "b"] }] }]);
  await run(store);
}

function toQuery(spec: Spec): QueryJson {
  const fields = INDEXES[spec.index];
  const range: RangeBound[] = spec.equal.slice(0, fields.length).map((value, position) => ({ type: "Eq", fieldPath: fields[position]!, value }));
  const next = fields[range.length];
  if (next !== undefined && spec.lower !== null) range.push({ type: spec.lower.inclusive ? "Gte" : "Gt", fieldPath: next, value: spec.lower.value });
  if (next !== undefined && spec.upper !== null) range.push({ type: spec.upper.inclusive ? "Lte" : "Lt", fieldPath: next, value: spec.upper.value });
  return {
    source: { type: "IndexRange", indexName: `t.${spec.index}`, range, order: spec.order },
    operators: [
      ...(spec.filterBelow === null ? [] : [{ filter: { $lt: [{ $field: "b" }, { $literal: spec.filterBelow }] } }]),
      ...(spec.limit === null ? [] : [{ limit: spec.limit }]),
    ],
  };
}

/** What the query means, said with `filter`, `sort` and `slice`. */
function askModel(model: Model, spec: Spec): JsonObject[] {
  const fields = INDEXES[spec.index];
  const equal = spec.equal.slice(0, fields.length);
  const next = fields[equal.length];
  const found = [...model.values()].filter((document) => {
    const order = (name: string, value: JsonValue): number => compareValues(getFieldPath(document, [name]), value);
    if (!equal.every((value, position) => order(fields[position]!, value) === 0)) return false;
    if (next !== undefined && spec.lower !== null && order(next, spec.lower.value) < (spec.lower.inclusive ? 0 : 1)) return false;
    if (next !== undefined && spec.upper !== null && order(next, spec.upper.value) > (spec.upper.inclusive ? 0 : -1)) return false;
    return spec.filterBelow === null || order("b", spec.filterBelow) < 0;
  });
  found.sort((a, b) => {
    for (const name of [...fields, "_id"]) {
      const order = compareValues(a[name], b[name]);
      if (order !== 0) return spec.order === "asc" ? order : -order;
    }
    return 0;
  });
  return spec.limit === null ? found : found.slice(0, spec.limit);
}

function assertSame(found: JsonObject[], expected: JsonObject[]): void {
  expect(found).toEqual(expected);
}

async function play(tx: Transaction, model: Model, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const ids = [...model.keys()];
    switch (step.kind) {
      case "insert": {
        const id = tx.insert("", "t", step.fields);
        model.set(id, { ...step.fields, _id: id, _creationTime: tx.get("", id)!["_creationTime"]! });
        break;
      }
      case "patch": case "replace": {
        const id = ids[step.at % ids.length];
        if (id === undefined) break;
        const { _id, _creationTime } = model.get(id)!;
        if (step.kind === "replace") {
          tx.replace("", id, step.fields);
          model.set(id, { ...step.fields, _id: _id!, _creationTime: _creationTime! });
        } else {
          const { b, ...rest } = model.get(id)!;
          tx.patch("", id, step.drop ? { ...step.fields, b: undefined } : step.fields);
          const { b: _b, ...patched } = step.fields;
          model.set(id, step.drop ? { ...rest, ...patched } : { ...rest, ...(b === undefined ? {} : { b }), ...step.fields });
        }
        break;
      }
      case "remove": {
        const id = ids[step.at % ids.length];
        if (id === undefined) break;
        tx.remove("", id);
        model.delete(id);
        break;
      }
      case "check":
        assertSame(collect(tx, toQuery(step.query)), askModel(model, step.query));
        break;
      case "nested": {
        const before = new Map(model);
        await tx.nested(async () => {
          await play(tx, model, step.steps);
          if (step.fails) throw new Error("undo");
        }).catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== "undo") throw error;
          model.clear();
          for (const [id, document] of before) model.set(id, document);
        });
        break;
      }
      default: step satisfies never;
    }
  }
}

test("transactions, nested or failing, and queries do what a plain map does, also after a restart", async () => {
  const transaction = fc.record({ steps: fc.array(step, { maxLength: 8 }), fails: fc.boolean(), restart: fc.integer({ min: 0, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { maxLength: 6 }), fc.array(spec, { maxLength: 6 }), async (transactions, questions) => {
      await withStore(async (store) => {
        let model: Model = new Map();
        for (const { steps, fails, restart } of transactions) {
          const draft = new Map(model);
          const run = store.mutate(async (tx) => {
            await play(tx, draft, steps);
            if (fails) throw new Error("rolled back");
          });
          const outcome = await run.then(() => "saved", (error: Error) => error.message);
          expect(outcome).toBe(fails ? "rolled back" : "saved");
          if (!fails) model = draft;
          if (restart === 0) await store.reopen();
        }
        await store.query((tx) => {
          for (const question of questions) expect(collect(tx, toQuery(question))).toEqual(askModel(model, question));
          expect(tx.count("", "t")).toBe(model.size);
        });
      });
    }),
    { numRuns: 40 },
  );
}, 60_000);

test("a query's result changes only when a commit touches its read set", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 5 }), fc.array(spec, { minLength: 1, maxLength: 5 }), async (first, second, questions) => {
      await withStore(async (store) => {
        const model: Model = new Map();
        await store.mutate((tx) => play(tx, model, first));
        const ask = (question: Spec) => store.runner.query(async (tx) => collect(tx, toQuery(question)));
        const answers = [];
        for (const question of questions) answers.push(await ask(question));
        const since = store.runner.latestTs;
        await store.mutate((tx) => play(tx, model, second));
        const commits = store.runner.commitsAfter(since)!;
        for (const [position, question] of questions.entries()) {
          const before = answers[position]!;
          const isTouched = commits.some((commit) => touches(before.readSet, commit));
          expect(isTouched ? before.value : (await ask(question)).value).toEqual(before.value);
        }
      });
    }),
    { numRuns: 40 },
  );
}, 60_000);

test("a snapshot shows what was there when the transaction began, and is no read of it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), fc.array(spec, { minLength: 1, maxLength: 5 }), async (first, second, questions) => {
      await withStore(async (store) => {
        const model: Model = new Map();
        await store.mutate((tx) => play(tx, model, first));
        const began = new Map(model);
        await store.mutate(async (tx) => {
          await play(tx, model, second);
          const { readSet } = tx;
          const snapshot = snapshotOf(tx);
          for (const question of questions) expect(collect(snapshot, toQuery(question))).toEqual(askModel(began, question));
          for (const id of new Set([...model.keys(), ...began.keys()])) expect(snapshot.get("", id)).toEqual(began.get(id) ?? null);
          expect(snapshot.count("", "t")).toBe(began.size);
          expect(tx.readSet).toEqual(readSet);
          expect(collect(tx, toQuery(questions[0]!))).toEqual(askModel(model, questions[0]!));
        });
      });
    }),
    { numRuns: 40 },
  );
});

test("a missing document or table that was asked for is touched when it appears", async () => {
  await using store = new TestStore();
  const id = await store.mutate((tx) => tx.insert("", "t", {}));
  await store.mutate((tx) => tx.remove("", id));
  const gone = await store.runner.query(async (tx) => tx.get("", id));
  const noTable = await store.runner.query(async (tx) => collect(tx, { source: { type: "FullTableScan", tableName: "later", order: null }, operators: [] }));
  const since = store.runner.latestTs;
  await store.mutate((tx) => {
    tx.insert("", "t", { _id: id }, { import: true });
    tx.insert("", "later", {});
  });
  const [commit] = store.runner.commitsAfter(since)!;
  expect(touches(gone.readSet, commit!)).toBe(true);
  expect(touches(noTable.readSet, commit!)).toBe(true);
});

test("creation times grow with every insert, across transactions and restarts, and begin at the transaction's begin", async () => {
  await using store = new TestStore();
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    await store.mutate((tx) => {
      for (let i = 0; i < 50; i++) times.push(Number(tx.get("", tx.insert("", "t", {}))!["_creationTime"]));
      expect(times.at(-50)).toBeGreaterThanOrEqual(Number(tx.beginTs / 1000n) / 1000);
    });
    await store.reopen();
  }
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
});

test("a patch that changes nothing writes nothing", async () => {
  await using store = new TestStore();
  const id = await store.mutate((tx) => tx.insert("", "t", { a: 1, b: [1, { c: 2 }] }));
  const since = store.runner.latestTs;
  await store.mutate((tx) => tx.patch("", id, { a: 1, b: [1, { c: 2 }], missing: undefined }));
  expect(store.runner.commitsAfter(since)).toEqual([]);
});

test("a pending commit timestamp becomes the commit's, in the document and in its index", async () => {
  await using store = new TestStore();
  await store.schema([{ tableName: "t", indexes: [{ indexDescriptor: "by_at", fields: ["at"] }] }]);
  const { value: id, ts } = await store.runner.mutate(async (tx) => tx.insert("", "t", { at: { $commitTs: null } }));
  const at = Buffer.alloc(8);
  at.writeBigInt64LE(ts);
  const expected = { $integer: at.toString("base64") };
  const byIndex: QueryJson = { source: { type: "IndexRange", indexName: "t.by_at", range: [{ type: "Eq", fieldPath: "at", value: expected }], order: null }, operators: [] };
  expect((await store.query((tx) => collect(tx, byIndex))).map((document) => [document["_id"], document["at"]])).toEqual([[id, expected]]);
});

test("system fields of user documents are refused unless they are the document's own", async () => {
  await using store = new TestStore();
  await expect(store.mutate((tx) => tx.insert("", "t", { _x: 1 }))).rejects.toThrow("Field '_x' starts with an underscore, which is only allowed for system fields like '_id'");
  const id = await store.mutate((tx) => tx.insert("", "t", {}));
  const other = await store.mutate((tx) => tx.insert("", "t", {}));
  await expect(store.mutate((tx) => tx.replace("", id, { _id: other }))).rejects.toThrow(`The document has id ${id}, but its '_id' field is "${other}"`);
  await store.mutate((tx) => tx.replace("", id, { _id: id, a: 1 }));
  await expect(store.mutate((tx) => tx.patch("", id, { _creationTime: 1 }))).rejects.toThrow("_creationTime");
});

test("writes to a document that is not there name it", async () => {
  await using store = new TestStore();
  const id = await store.mutate((tx) => tx.insert("", "t", {}));
  await store.mutate((tx) => tx.remove("", id));
  await expect(store.mutate((tx) => tx.patch("", id, {}))).rejects.toThrow(`Update on nonexistent document ID ${id}`);
  await expect(store.mutate((tx) => tx.replace("", id, {}))).rejects.toThrow(`Replace on nonexistent document ID ${id}`);
  await expect(store.mutate((tx) => tx.remove("", id))).rejects.toThrow(`Delete on nonexistent document ID ${id}`);
  await expect(store.query((tx) => tx.get("", "nonsense"))).rejects.toThrow("Unable to decode ID: Invalid ID length 8");
});

test("limits stop an execution with Convex's texts, and lower ones hold for a nested call alone", async () => {
  await using store = new TestStore();
  const big = "x".repeat(1_000_000);
  await expect(store.mutate((tx) => { for (let i = 0; i < 20; i++) tx.insert("", "t", { big }); })).rejects.toThrow("Too many bytes written in a single function execution (limit: 16777216)");
  await expect(store.mutate((tx) => { for (let i = 0; i <= 16_000; i++) tx.insert("", "t", {}); })).rejects.toThrow("Too many writes in a single function execution (limit: 16000)");
  const id = await store.mutate((tx) => tx.insert("", "t", {}));
  await expect(store.query((tx) => { for (let i = 0; i <= 4096; i++) tx.get("", id); })).rejects.toThrow("Too many reads in a single function execution (limit: 4096). Consider using smaller limits");
  await store.mutate(async (tx) => {
    await expect(tx.nested(async () => { tx.get("", id); tx.get("", id); }, { limits: { databaseQueries: 1 } })).rejects.toThrow("Too many reads in a single function execution (limit: 1).");
    tx.get("", id);
  });
  expect(await store.query((tx) => tx.count("", "t"))).toBe(1);
});

test("ids belong to one table of one component", async () => {
  await using store = new TestStore();
  const id = await store.mutate((tx) => {
    tx.insert("child", "other", {});
    return tx.insert("", "t", {});
  });
  await store.query((tx) => {
    expect(tx.normalizeId("", "t", id)).toBe(id);
    expect(tx.normalizeId("", "missing", id)).toBe(null);
    expect(tx.normalizeId("", "t", `${id}0`)).toBe(null);
    expect(tx.tableOfId("", id)).toBe("t");
    // Table numbers count up in each component by itself: the same number is another table there.
    expect(tx.tableOfId("child", id)).toBe("other");
    expect(tx.get("child", id)).toBe(null);
    expect(tx.listTables("child")).toEqual(["other"]);
  });
});
