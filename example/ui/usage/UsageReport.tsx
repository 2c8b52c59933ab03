import { useMutation, useQuery } from "convex/react";
import { Receipt } from "lucide-react";
import { useState, type ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import { Button, Dots } from "../app/controls";
import { describeError } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { Table, count } from "../topics/Table";
import { UsageChart } from "./UsageChart";

/** The viewer's latest calls, the running month, and the invoices. */
export function UsageReport() {
  // The month of when the page was opened; the hour keeps the query's arguments the same for a while.
  const [nowMs] = useState(() => Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const report = useQuery(api.usage.report.get, { viewerKey, nowMs });
  if (report === undefined) return <p role="status" className="grid place-items-center py-16"><Dots /><span className="sr-only">Loading the usage</span></p>;
  const { calls, lines, invoices, billingPeriod } = report;
  const sum = lines.reduce((total, line) => total + line.amountMicroUsd, 0);
  return (
    <div className="space-y-7">
      <Section title="Latest calls">
        {calls.length === 0 ? <p className="text-sm text-muted">Each call of the model will be drawn here.</p> : <UsageChart calls={calls} />}
      </Section>
      <Section title={monthName(billingPeriod)}>
        {lines.length === 0 ? <p className="text-sm text-muted">Nothing was used this month.</p> : (
          <Table head={["Agent, model", "Calls", "In", "Out", "Amount"]}
            rows={lines.map((line) => [`${line.agentName}, ${line.model}`, count(line.calls), count(line.inputTokens), count(line.outputTokens), money(line.amountMicroUsd)])} />
        )}
        <p className="mt-2 text-sm text-muted">So far <strong className="text-ink">{money(sum)}</strong>, at example prices: $0.25 for a million tokens in, $2 for a million out.</p>
      </Section>
      <Section title="Invoices">
        {invoices.length === 0 ? <p className="text-sm text-muted">A cron job writes the invoice of a month on the 2nd of the next.</p> : (
          <Table head={["Month", "Lines", "Status", "Amount"]} rows={invoices.map((invoice) => [monthName(invoice.billingPeriod), count(invoice.lineCount), invoice.status, money(invoice.amountMicroUsd)])} />
        )}
        <IssueButton />
      </Section>
    </div>
  );
}

function IssueButton() {
  const issue = useMutation(api.usage.invoices.issueNow);
  const showToast = useToast();
  const run = async () => {
    try {
      await issue({ viewerKey });
    } catch (error) {
      showToast(describeError(error));
    }
  };
  return <Button className="mt-3" onClick={() => void run()}><Receipt size={14} aria-hidden />Issue this month's invoice now</Button>;
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <div><h2 className="mb-2 text-sm font-semibold">{title}</h2>{children}</div>;
}

/** From millionths of a dollar; a call costs far less than a cent. */
function money(microUsd: number): string {
  return (microUsd / 1_000_000).toLocaleString("en", { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: 6 });
}

function monthName(period: string): string {
  return new Date(`${period}-01T00:00:00Z`).toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });
}
