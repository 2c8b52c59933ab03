/** What the example charges for a million tokens, in US dollars. Example prices: put in those of your provider. */
export const PRICE_PER_MILLION = { input: 0.25, output: 2 };

/** A dollar for a million tokens is a millionth of a dollar for one. */
export function amountOf({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }): number {
  return Math.round(inputTokens * PRICE_PER_MILLION.input + outputTokens * PRICE_PER_MILLION.output);
}

/** The month that a time is in, in UTC: `2026-11`. */
export function billingPeriodAt(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 7);
}

/** The month before that of a time. */
export function periodBefore(timeMs: number): string {
  const date = new Date(timeMs);
  return billingPeriodAt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1));
}
