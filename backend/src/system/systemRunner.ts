import { describeThrown } from "../functions/thrown.ts";
import type { CallRequest, FunctionRunner, QueryResult } from "../functions/types.ts";
import { UserError } from "../errors.ts";
import { emptyUsage } from "../transaction/limits.ts";
import type { Transaction, TransactionRunner } from "../transaction/types.ts";
import { isSystemPath, runSystemQuery, type SystemContext } from "./systemQueries.ts";

/** A runner that also knows the system queries (`_system/…`), for holders of the admin key. */
export function withSystemQueries(
  functions: FunctionRunner,
  { transactions, context }: { transactions: TransactionRunner; context: SystemContext },
): FunctionRunner {
  return {
    query: (call, options) => (isSystemPath(call.path) ? systemQuery(call, transactions, context) : functions.query(call, options)),
    mutation: (call, options) => functions.mutation(call, options),
    action: (call, options) => functions.action(call, options),
    httpAction: (request, identity, caller) => functions.httpAction(request, identity, caller),
    describe: (componentPath, path) => functions.describe(componentPath, path),
  };
}

async function systemQuery(call: CallRequest, transactions: TransactionRunner, context: SystemContext): Promise<QueryResult> {
  const { value: outcome, ts, readSet, usage } = await transactions.query(async (tx) => attempt(tx, call, context));
  const asIs = { journal: null, observedIdentity: true, observedTime: false, logLines: [], executionMs: 0 };
  return { ...asIs, outcome, ts, readSet, usage: usage ?? emptyUsage() };
}

function attempt(tx: Transaction, { path, args, componentPath, identity }: CallRequest, context: SystemContext): QueryResult["outcome"] {
  try {
    if (identity.kind !== "admin") throw new UserError("BadDeployKey", "System queries need the deployment's admin key");
    return { ok: true, value: runSystemQuery(tx, { path, args, componentPath }, context) };
  } catch (error) {
    return { ok: false, error: describeThrown(error) };
  }
}
