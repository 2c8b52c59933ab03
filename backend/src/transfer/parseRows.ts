import { importError } from "./importError.ts";

/** One row of an import file, with its place for error texts (the first row is 1). */
export interface Row {
  readonly number: number;
  readonly value: unknown;
}

type Bytes = AsyncIterable<Uint8Array>;

const MAX_JSON_ARRAY_BYTES = 8 * 1024 * 1024;
/** A document is at most 1 MiB; its text may be longer by escapes. */
const MAX_LINE_CHARS = 16 * 1024 * 1024;

/** Text of a file, piece by piece. @throws UserError when it is not UTF-8. */
async function* texts(bytes: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const piece of bytes) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw importError("NotUtf8", `Import wasn't valid UTF8: ${error.message}`, error);
    throw error;
  }
}

/** Lines without their ends; never holds more than one line and one piece of the file. */
async function* lines(bytes: Bytes): AsyncGenerator<string> {
  let rest = "";
  for await (const text of texts(bytes)) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > MAX_LINE_CHARS) throw importError("LineTooLong", `A line of the import is longer than ${MAX_LINE_CHARS} characters`);
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** JSONLines: one value per line; empty lines are passed over. */
export async function* jsonLines(bytes: Bytes): AsyncGenerator<Row> {
  let number = 0;
  for await (const line of lines(bytes)) {
    number += 1;
    if (line.trim() === "") continue;
    yield { number, value: parseRow(line, number) };
  }
}

function parseRow(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw importError("JsonInvalidRow", `Row ${number} wasn't valid JSON: ${messageOf(error)}`, error);
  }
}

/** One JSON array, whole in memory and therefore bounded. */
export async function* jsonArray(bytes: Bytes): AsyncGenerator<Row> {
  let text = "";
  for await (const piece of texts(bytes)) {
    text += piece;
    if (text.length > MAX_JSON_ARRAY_BYTES) {
      throw importError("JsonArrayTooLarge", `Import is too large for JSON (more than the maximum 8 MiB). Consider converting data to JSONLines: jq -c '.[]' data.json > data.jsonl`);
    }
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw importError("NotJson", `Not valid JSON: ${messageOf(error)}`, error);
  }
  if (!Array.isArray(json)) throw importError("NotJsonArray", "Not a JSON array");
  for (const [index, value] of json.entries()) yield { number: index + 1, value };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** CSV with a header: cells that read as numbers are float64, all others strings. */
export async function* csv(bytes: Bytes): AsyncGenerator<Row> {
  let header: readonly string[] | null = null;
  let number = 0;
  for await (const cells of csvRecords(bytes)) {
    if (header === null) {
      header = cells.map((cell) => cell.trim());
      checkHeader(header);
      continue;
    }
    number += 1;
    if (cells.length !== header.length) throw importError("CsvRowMissingFields", `CSV row ${number} doesn't have all of the fields in the header`);
    yield { number, value: Object.fromEntries(header.map((field, at) => [field, cellValue(cells[at] ?? "")])) };
  }
  // An empty file is an empty import: it clears a table.
}

function cellValue(cell: string): string | number {
  const float = NUMBER.test(cell) ? Number(cell) : NaN;
  return Number.isFinite(float) ? float : cell;
}

function checkHeader(header: readonly string[]): void {
  for (const [at, field] of header.entries()) {
    if (field === "" || field.startsWith("$") || !/^[ -~]+$/.test(field)) {
      throw importError("CsvInvalidHeader", `CSV header ${JSON.stringify(field)} isn't a valid field name: it must be printable ASCII, not empty, and not begin with "$"`);
    }
    if (header.indexOf(field) !== at) throw importError("CsvInvalidHeader", `CSV header ${JSON.stringify(field)} occurs twice`);
  }
}

/** Records of RFC 4180: quoted cells may hold commas, line ends and doubled quotes. */
async function* csvRecords(bytes: Bytes): AsyncGenerator<string[]> {
  let cells: string[] = [];
  let cell = "";
  let state: "start" | "plain" | "quoted" | "quote" = "start";
  for await (const text of texts(bytes)) {
    for (const char of text) {
      if (state === "quoted") {
        if (char === '"') state = "quote";
        else cell += char;
      } else if (char === '"' && (state === "start" || state === "quote")) {
        // A second quote right after one is a quote; one at the start opens the cell.
        if (state === "quote") cell += char;
        state = "quoted";
      } else if (char === "," || char === "\n") {
        cells.push(state === "plain" && char === "\n" ? cell.replace(/\r$/, "") : cell);
        [cell, state] = ["", "start"];
        if (char === "\n") {
          if (cells.length > 1 || cells[0] !== "") yield cells;
          cells = [];
        }
      } else if (!(state === "quote" && char === "\r")) {
        cell += char;
        state = "plain";
      }
    }
  }
  if (state === "quoted") throw importError("CsvInvalidRow", "The CSV file ends inside a quoted cell");
  if (cell !== "" || cells.length > 0) yield [...cells, cell.replace(/\r$/, "")];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
