import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { Dots } from "../app/controls";
import { viewerKey } from "../app/viewer";
import { SecondViewerLink } from "../topics/SecondViewerLink";

/** The conversation's account: what a decision has led to. */
export function Account({ threadId }: { threadId: string | undefined }) {
  const account = useQuery(api.approval.account.get, threadId === undefined ? "skip" : { viewerKey, threadId });
  if (threadId === undefined) return <p className="text-sm text-muted">Each conversation has an account with €1,000 of play money. What the agent pays from it is listed here.</p>;
  if (account === undefined) return <p role="status" className="grid place-items-center py-10"><Dots /><span className="sr-only">Loading the account</span></p>;
  return (
    <div className="space-y-6">
      <div>
        <h2 className="text-sm font-semibold">On the account</h2>
        <p className="mt-1 text-3xl font-semibold tracking-tight tabular-nums">{euros(account.balance)}</p>
      </div>
      <div>
        <h2 className="mb-2 text-sm font-semibold">Payments</h2>
        {account.payments.length === 0
          ? <p className="text-sm text-muted">Nothing was paid. Up to €100 the agent pays alone; for more it waits for somebody's approval.</p>
          : (
            <ul aria-label="Payments" className="divide-y divide-line rounded-xl border border-line bg-raised text-sm">
              {account.payments.map(({ paymentId, amount, to }) => <li key={paymentId} className="flex justify-between gap-3 px-3 py-2"><span className="truncate">{to}</span><span className="tabular-nums">−{euros(amount)}</span></li>)}
            </ul>
          )}
      </div>
      <p className="text-sm text-muted">
        Whoever has the link of this conversation may decide. <SecondViewerLink /> and decide there: a call is answered once, whoever is quicker.
      </p>
    </div>
  );
}

export function euros(amount: number): string {
  return `€${amount.toLocaleString("en")}`;
}
