import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TextWriter, Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CliProject } from "../support/cli.ts";
import { TestBackend } from "../support/testBackend.ts";
import { adminClient, TransferClient } from "../support/transferClient.ts";

const fixture = join(import.meta.dirname, "../fixtures/cliApp");
const functionsDir = join(fixture, "convex");

let backend: TestBackend;
let fresh: TestBackend;
let cli: CliProject;
let freshCli: CliProject;

beforeAll(async () => {
  [backend, fresh] = await Promise.all([TestBackend.open({ functionsDir }), TestBackend.open({ functionsDir })]);
  cli = new CliProject(fixture, backend.running);
  freshCli = new CliProject(fixture, fresh.running);
}, 60_000);
afterAll(async () => {
  await Promise.all([cli.close(), freshCli.close()]);
  await Promise.all([backend.close(), fresh.close()]);
});

const file = (name: string, text: string): string => {
  writeFileSync(cli.path(name), text);
  return cli.path(name);
};
const list = async (): Promise<string[]> => await backend.http.query(anyApi.notes!.list!);

test("`import` fills a table; it asks before it deletes, and fails on a table with documents; components too", async () => {
  await cli.ok("import", "--table", "notes", file("notes.csv", 'text,stars\r\n"one, with ""quotes""",1\r\ntwo,2.5\r\n'));
  expect(await list()).toEqual(['one, with "quotes"', "two"]);
  // One after the other: the CLI asks before it starts an import beside another.
  const again = await cli.run("import", "--table", "notes", file("notes.jsonl", '{"text":"three"}\n'));
  const boxed = await cli.run("import", "--table", "things", "--component", "box", file("things.jsonl", '{"name":"boxed","size":{"$integer":"AQAAAAAAAAA="}}\n'));
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("Table notes already exists. Please choose a new table name or use replace/append modes.");
  expect(boxed.code).toBe(0);
  expect(await adminClient(backend.running).function("things:names", "box", {})).toEqual(["boxed"]);
  const replaced = await cli.run("import", "--table", "notes", "--replace", "-y", file("notes.json", '[{"text":"five"}]'));
  expect(replaced.stderr).toContain("notes | 1      | 2 of 2 documents |");
  expect(await list()).toEqual(["five"]);
});

test("`export` of a deployment and `import` of its file into another give the same tables and files; it is a ZIP in Convex's layout", async () => {
  const id = await backend.http.action(anyApi.notes!.store!, { text: "a stored file" });
  const path = cli.path("snapshot.zip");
  await cli.ok("export", "--include-file-storage", "--path", path);
  const entries = await new ZipReader(new Uint8ArrayReader(readFileSync(path))).getEntries();
  expect(entries.map(({ filename }) => filename)).toEqual(expect.arrayContaining(["README.md", "_tables/documents.jsonl", "notes/documents.jsonl", "notes/generated_schema.jsonl", `_storage/${id}`, "_components/box/things/documents.jsonl"]));
  const boxed = entries.find(({ filename }) => filename === "_components/box/things/documents.jsonl");
  expect(boxed?.directory === false && (await boxed.getData(new TextWriter()))).toContain('"size":"1"');
  await fresh.http.mutation(anyApi.notes!.put!, { table: "extra", document: { n: 1 } });
  await freshCli.ok("import", "--replace-all", "-y", path);
  const [from, to] = [new TransferClient(backend.running), new TransferClient(fresh.running)];
  for (const [table, component] of [["notes", ""], ["anything", ""], ["extra", ""], ["_storage", ""], ["things", "box"]] as const) {
    expect(await to.documents(table, component)).toEqual(await from.documents(table, component));
  }
  expect(await fresh.http.action(anyApi.notes!.read!, { id })).toBe("a stored file");
});
