import { createReadStream } from "node:fs";
import type { ComponentPath } from "../transaction/types.ts";
import { decodeId } from "../values/ids.ts";
import { isRecord } from "../values/json.ts";
import { importError } from "./importError.ts";
import type { ImportRequest } from "./importRequest.ts";
import { csv, jsonArray, jsonLines, type Row } from "./parseRows.ts";
import { openZip, type ZipFile } from "./zipSource.ts";

/** A table of an import file. */
export interface SourceTable {
  readonly componentPath: ComponentPath;
  readonly name: string;
  /** The number its ids carry, as far as the file says. */
  readonly number: number | undefined;
  /** Its rows, from the first, at each call. */
  rows(): AsyncIterable<Row>;
}

/** An import file, opened. */
export interface ImportSource {
  readonly tables: readonly SourceTable[];
  readonly files: readonly ZipFile[];
  close(): Promise<void>;
}

/** What a first look at a table found. */
export interface CountedTable extends SourceTable {
  readonly count: number;
}

export async function openSource(path: string, request: ImportRequest): Promise<ImportSource> {
  const { componentPath, tableName, format } = request;
  if (format === "zip") return await openZip(path, componentPath);
  const name = tableName ?? "";
  const parse = { csv, jsonLines, jsonArray }[format];
  return { tables: [{ componentPath, name, number: undefined, rows: () => parse(createReadStream(path)) }], files: [], close: () => Promise.resolve() };
}

/** Reads the whole file once: counts the rows and learns their ids' numbers. @throws UserError for what cannot be read. */
export async function countRows(source: ImportSource): Promise<CountedTable[]> {
  const counted: CountedTable[] = [];
  for (const table of source.tables) {
    let { number } = table;
    let count = 0;
    for await (const row of table.rows()) {
      if (!isRecord(row.value) || Array.isArray(row.value)) throw importError("NotAnObject", `Row ${row.number} wasn't an object`);
      if (count === 0) number = numberOf(row.value["_id"]) ?? number;
      count += 1;
    }
    counted.push({ ...table, number, count });
  }
  return counted;
}

function numberOf(id: unknown): number | undefined {
  return typeof id === "string" ? decodeId(id)?.tableNumber : undefined;
}
