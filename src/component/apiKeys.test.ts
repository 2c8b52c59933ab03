import { expect, test } from "vitest";
import { failureOfCall, newThread, setup } from "../shared/testing/component.js";
import { api } from "./_generated/api.js";

test("a key is right as it was issued, and wrong when anything of it differs", async () => {
  const t = setup();
  const apiKey = await t.mutation(api.apiKeys.issue, { name: "ada" });
  expect(await t.query(api.apiKeys.validate, { apiKey })).toBe(true);
  const [prefix, keyId, secret] = apiKey.split("_");
  const flipped = secret!.startsWith("0") ? `1${secret!.slice(1)}` : `0${secret!.slice(1)}`;
  const other = await t.mutation(api.apiKeys.issue, {});
  const wrong = ["", "x", `${apiKey}0`, apiKey.slice(0, -1), `${prefix}_${keyId}_${flipped}`, `${prefix}_${keyId}_${other.split("_")[2]}`, `${prefix}_${keyId}_`];
  for (const each of wrong) expect(await failureOfCall(t.query(api.apiKeys.validate, { apiKey: each }))).toMatchObject({ code: "invalid_api_key" });
});

test("what is stored does not give the key away", async () => {
  const t = setup();
  const apiKey = await t.mutation(api.apiKeys.issue, { name: "ada" });
  const rows = await t.run((ctx) => ctx.db.query("apiKeys").collect());
  expect(JSON.stringify(rows)).not.toContain(apiKey.split("_")[2]);
  expect(JSON.stringify(await t.query(api.apiKeys.list, {}))).not.toContain(rows[0]!.secretHash);
});

test("a name issued again ends the key it named", async () => {
  const t = setup();
  const first = await t.mutation(api.apiKeys.issue, { name: "ada" });
  const second = await t.mutation(api.apiKeys.issue, { name: "ada", readOnly: true });
  expect(await failureOfCall(t.query(api.apiKeys.validate, { apiKey: first }))).toMatchObject({ code: "invalid_api_key" });
  expect(await t.query(api.apiKeys.list, {})).toMatchObject([{ name: "ada", readOnly: true }]);
  expect(await t.query(api.apiKeys.validate, { apiKey: second })).toBe(true);
  expect(await failureOfCall(t.query(api.apiKeys.validate, { apiKey: second, write: true }))).toMatchObject({ code: "read_only_api_key" });
});

test("a key ends by itself, by its id or by its name, and a name that is another's ends nothing", async () => {
  const t = setup();
  const issue = (name?: string) => t.mutation(api.apiKeys.issue, { name });
  const apiKey = await issue("ada");
  expect(await t.mutation(api.apiKeys.destroy, {})).toBe("must provide either apiKey or name");
  expect(await t.mutation(api.apiKeys.destroy, { apiKey, name: "bob" })).toBe("name mismatch");
  expect(await t.mutation(api.apiKeys.destroy, { name: "bob" })).toBe("missing");
  expect(await t.mutation(api.apiKeys.destroy, { apiKey })).toBe("deleted");
  await issue("ada");
  expect(await t.mutation(api.apiKeys.destroy, { name: "ada" })).toBe("deleted");
  await issue();
  const [left] = await t.query(api.apiKeys.list, {});
  expect(await t.mutation(api.apiKeys.destroy, { keyId: left!.keyId })).toBe("deleted");
  expect(await t.query(api.apiKeys.list, {})).toEqual([]);
});

test("users with threads come in pages, each once, however many threads they have", async () => {
  const t = setup();
  for (const userId of ["cem", "ada", "bob", "ada", "dora", "ada", "cem"]) await newThread(t, userId);
  await newThread(t);
  const found: string[] = [];
  let cursor: string | null = null;
  for (let isDone = false; !isDone; ) {
    const page: { page: string[]; isDone: boolean; continueCursor: string } = await t.query(api.users.listUsersWithThreads, { paginationOpts: { cursor, numItems: 3 } });
    found.push(...page.page);
    ({ isDone, continueCursor: cursor } = page);
  }
  expect(found).toEqual(["ada", "bob", "cem", "dora"]);
});
