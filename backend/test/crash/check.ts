import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";
import { pause } from "../support/pause.ts";
import type { Account } from "./load.ts";

type Row = Readonly<Record<string, unknown>>;
type Page = PaginationResult<Row>;

const page = makeFunctionReference<"query", { table: string; paginationOpts: PaginationOptions }, Page>("ledger:page");
const jobPage = makeFunctionReference<"query", { paginationOpts: PaginationOptions }, Page>("ledger:jobPage");
const fileText = makeFunctionReference<"action", { id: string }, string | null>("ledger:fileText");

/** What a run came to. `faults` is empty when every acknowledged effect is there, as often as it should be. */
export interface CrashReport {
  readonly kills: number;
  /** Kills before the backend had served anything. */
  readonly killsWhileOpening: number;
  readonly mutations: number;
  /** Requests that nobody answered and nobody repeated. */
  readonly unanswered: number;
  readonly scheduledMutations: number;
  readonly actions: number;
  /** Actions that a kill cut off. */
  readonly actionsCutOff: number;
  readonly files: number;
  readonly faults: readonly string[];
}

async function all(load: (opts: PaginationOptions) => Promise<Page>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = null, isDone = false; !isDone;) {
    const next: Page = await load({ cursor, numItems: 2000 });
    rows.push(...next.page);
    ({ isDone, continueCursor: cursor } = next);
  }
  return rows;
}

const stateOf = (job: Row): { kind: string; error?: string } => job["state"] as { kind: string; error?: string };

/** All jobs, once none of them is still to come to its end. */
async function finishedJobs(http: ConvexHttpClient): Promise<Row[]> {
  for (;;) {
    const jobs = await all((paginationOpts) => http.query(jobPage, { paginationOpts }));
    if (jobs.every((job) => !["pending", "inProgress"].includes(stateOf(job).kind))) return jobs;
    await pause(20);
  }
}

function countBy(rows: readonly Row[], key: (row: Row) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
  return counts;
}

/** Compares what clients were told with what a backend holds. */
export async function check(url: string, accounts: readonly Account[], witnessed: ReadonlyMap<string, number>): Promise<Omit<CrashReport, "kills" | "killsWhileOpening">> {
  const http = new ConvexHttpClient(url, { logger: false });
  const table = async (name: string): Promise<Row[]> => await all((paginationOpts) => http.query(page, { table: name, paginationOpts }));
  const jobs = await finishedJobs(http);
  const [entries, counters, money, ticks, steps] = [await table("entries"), await table("counters"), await table("accounts"), await table("ticks"), await table("steps")];
  const faults: string[] = [];
  const noted = countBy(entries, (row) => `${String(row["client"])}:${String(row["n"])}`);
  const ticked = countBy(ticks, (row) => `${String(row["key"])}/${String(row["round"])}`);
  for (const account of accounts) {
    faults.push(...entryFaults(account, noted), ...chainFaults(account, { noted, ticked }));
    const kept = counters.find((row) => row["client"] === account.client)?.["count"] ?? 0;
    const own = entries.filter((row) => row["client"] === account.client).length;
    if (kept !== own) faults.push(`${account.client}'s counter says ${String(kept)}, but there are ${own} entries`);
    for (const [id, text] of account.files) {
      const stored = await http.action(fileText, { id });
      if (stored !== text) faults.push(`file ${id} was acknowledged with ${JSON.stringify(text)}, and holds ${JSON.stringify(stored)}`);
    }
  }
  const balance = money.reduce((sum, row) => sum + Number(row["balance"]), 0);
  if (balance !== 0) faults.push(`money was made or lost: the accounts come to ${balance}`);
  const actionJobs = jobs.filter((job) => job["name"] === "ledger.js:act");
  faults.push(...actionFaults(actionJobs, { steps, witnessed }));
  for (const job of jobs) if (job["name"] === "ledger.js:tick" && stateOf(job).kind !== "success") faults.push(`a scheduled mutation ended as ${JSON.stringify(stateOf(job))}`);
  return {
    mutations: accounts.reduce((sum, { told }) => sum + told.length, 0),
    unanswered: accounts.reduce((sum, { unknown }) => sum + unknown.length, 0),
    scheduledMutations: ticks.length,
    actions: actionJobs.length,
    actionsCutOff: actionJobs.filter((job) => stateOf(job).kind === "failed").length,
    files: accounts.reduce((sum, { files }) => sum + files.size, 0),
    faults,
  };
}

/** Exactly once: what was acknowledged is there once; what nobody answered is there once or not at all. */
function entryFaults(account: Account, noted: ReadonlyMap<string, number>): string[] {
  const { client, told, unknown, repeats, seen } = account;
  const faults: string[] = [];
  for (const { n } of told) {
    const times = noted.get(`${client}:${n}`) ?? 0;
    if (times !== 1) faults.push(`${client}'s mutation ${n} was acknowledged and took effect ${times} times`);
  }
  for (const n of unknown) if ((noted.get(`${client}:${n}`) ?? 0) > 1) faults.push(`${client}'s mutation ${n} took effect twice`);
  // One socket's mutations run in the order of their numbers, so the n-th was told n, also when it was told twice.
  const wrong = repeats ? told.find(({ n, count }) => count !== n + 1) : undefined;
  if (wrong !== undefined) faults.push(`${client}'s mutation ${wrong.n} was told that it is number ${wrong.count}`);
  const back = seen.findIndex((count, at) => at > 0 && count < (seen[at - 1] ?? 0));
  if (back !== -1) faults.push(`${client}'s subscription went back from ${String(seen[back - 1])} to ${String(seen[back])}`);
  return faults;
}

/** Exactly once: a mutation that took effect scheduled its chain, and each link of it ran once. */
function chainFaults({ client, chains }: Account, { noted, ticked }: { noted: ReadonlyMap<string, number>; ticked: ReadonlyMap<string, number> }): string[] {
  const faults: string[] = [];
  for (const [n, rounds] of chains) {
    const expected = noted.get(`${client}:${n}`) ?? 0;
    for (let round = 1; round <= rounds; round += 1) {
      const times = ticked.get(`${client}:${n}/${round}`) ?? 0;
      if (times !== expected) faults.push(`scheduled mutation ${client}:${n}/${round} ran ${times} times instead of ${expected}`);
    }
  }
  return faults;
}

/** At most once: nobody outside saw an action twice, and one that is said to have succeeded ran from end to end. */
function actionFaults(jobs: readonly Row[], { steps, witnessed }: { steps: readonly Row[]; witnessed: ReadonlyMap<string, number> }): string[] {
  const faults: string[] = [];
  const taken = countBy(steps, (row) => `${String(row["key"])} ${String(row["step"])}`);
  for (const job of jobs) {
    // Its one argument, as `ledger.ts` makes it.
    const [{ key }] = job["args"] as [{ key: string }];
    const [begun, seen, ended] = [taken.get(`${key} begin`) ?? 0, witnessed.get(key) ?? 0, taken.get(`${key} end`) ?? 0];
    if (begun > 1 || seen > 1 || ended > 1) faults.push(`action ${key} ran more than once: begun ${begun}, seen ${seen}, ended ${ended}`);
    const { kind, error } = stateOf(job);
    const isWhole = begun === 1 && seen === 1 && ended === 1;
    if (kind === "success" ? !isWhole : kind !== "failed" || error !== "Transient error while executing action") {
      faults.push(`action ${key} is ${kind} (${error ?? ""}): begun ${begun}, seen ${seen}, ended ${ended}`);
    }
  }
  return faults;
}
