import { shorten, startOf } from "./words";

const MAX_ROWS = 12;
const MAX_ITEMS = 20;
const MAX_CELL_CHARS = 80;
const MAX_TEXT_CHARS = 1200;

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** Any JSON value as Markdown: fields as a list, rows of equal objects as a table, long texts cut. */
export function toMarkdown(value: unknown): string {
  if (Array.isArray(value)) return listToMarkdown(value);
  if (!isFields(value)) return quoteIfLong(value);
  const scalars = Object.entries(value).filter(([, item]) => isScalar(item));
  const others = Object.entries(value).filter(([, item]) => !isScalar(item));
  const list = scalars.slice(0, MAX_ITEMS).map(([name, item]) => `- **${label(name)}**: ${cell(item)}`).join("\n");
  const sections = others.slice(0, MAX_ITEMS).map(([name, item]) => `**${label(name)}**\n\n${toMarkdown(item)}`);
  return [list, ...sections].filter((part) => part !== "").join("\n\n") || "(an empty object)";
}

function listToMarkdown(items: unknown[]): string {
  if (items.length === 0) return "(an empty list)";
  const rows = items.filter(isFields);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isTable = rows.length === items.length && columns.length <= 8 && rows.every((row) => Object.values(row).every(isScalar));
  const shown = isTable
    ? [columns.map(label), columns.map(() => "---"), ...rows.slice(0, MAX_ROWS).map((row) => columns.map((column) => cell(row[column])))]
        .map((cells) => `| ${cells.join(" | ")} |`).join("\n")
    : items.slice(0, MAX_ROWS).map((item) => `- ${isScalar(item) ? cell(item) : shorten(JSON.stringify(item), MAX_CELL_CHARS)}`).join("\n");
  return items.length > MAX_ROWS ? `${shown}\n\n… and ${items.length - MAX_ROWS} more` : shown;
}

function quoteIfLong(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return text.length <= MAX_TEXT_CHARS ? text : `${startOf(text, MAX_TEXT_CHARS)}…`;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return shorten(typeof value === "string" ? value : JSON.stringify(value), MAX_CELL_CHARS).replaceAll("|", "\\|");
}

/** `rainPercent` → `rain percent`, `highC` → `high C`. */
function label(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z](?=[a-z])/g, (capital) => ` ${capital.toLowerCase()}`).replace(/(?<=[a-z0-9])(?=[A-Z])|_/g, " ");
}
