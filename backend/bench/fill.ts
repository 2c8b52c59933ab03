import { systemPorts } from "../src/ports.ts";
import { openDatabase } from "../src/storage/database.ts";
import { DatabaseRunner } from "../src/transaction/runner.ts";
import type { JsonObject } from "../src/values/json.ts";

/** Adds documents to a folder that no backend has open: by transactions, but without running functions. */
export async function fill(
  dataDir: string, { table, count, perCommit, fields, note }: { table: string; count: number; perCommit: number; fields: (n: number) => JsonObject; note?: (text: string) => void },
): Promise<void> {
  const database = openDatabase({ dir: dataDir, durability: "fast", ports: systemPorts, cacheMiB: 512 });
  const transactions = new DatabaseRunner(database);
  try {
    for (let done = 0; done < count; done += perCommit) {
      const end = Math.min(count, done + perCommit);
      await transactions.mutate(async (tx) => {
        for (let n = done; n < end; n++) tx.insert("", table, fields(n));
      });
      if (Math.floor(end / 100_000) > Math.floor(done / 100_000)) note?.(`${end.toLocaleString("en-US")} documents`);
    }
  } finally {
    await transactions.close();
    database.close();
  }
}
