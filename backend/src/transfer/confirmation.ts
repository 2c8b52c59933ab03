import type { CountedTable } from "./importSource.ts";

/** What an import will do to one table. */
export interface TableChange {
  readonly table: Pick<CountedTable, "componentPath" | "name" | "count">;
  readonly deleted: number;
  readonly existing: number;
}

/** The summary that the CLI shows before an import begins. */
export function confirmationText(changes: readonly TableChange[]): string {
  const lines = ["Import change summary:"];
  for (const component of new Set(changes.map(({ table }) => table.componentPath))) {
    if (component !== "") lines.push(`Component ${component}`);
    lines.push(...tableLines(changes.filter(({ table }) => table.componentPath === component)));
  }
  lines.push("Once the import has started, it runs in the backend: ending this command does not end it.");
  return lines.join("\n");
}

function tableLines(changes: readonly TableChange[]): string[] {
  const cells = [["table", "create", "delete"], ...changes.map(({ table, deleted, existing }) => [
    table.name, grouped(table.count), `${grouped(deleted)} of ${grouped(existing)} ${table.name === "_storage" ? "files" : "documents"}`,
  ])];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const rows = cells.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  return [rows[0] ?? "", "-".repeat(rows[0]?.length ?? 0), ...rows.slice(1)];
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
