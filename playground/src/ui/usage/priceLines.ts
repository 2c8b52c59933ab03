import { parseAmount, type Price, type PriceTable } from "./prices";

/** What stands in a line of the price dialog. */
export interface PriceLine {
  readonly id: number;
  readonly model: string;
  readonly input: string;
  readonly output: string;
  readonly cachedInput: string;
}

/** A line for each model that was used, and for each that has a price. */
export function linesOf(prices: PriceTable, models: readonly string[]): PriceLine[] {
  const names = [...new Set([...models, ...Object.keys(prices)])];
  return (names.length === 0 ? [""] : names).map((model, id) => {
    const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
    return { id, model, input: text(price?.input), output: text(price?.output), cachedInput: text(price?.cachedInput) };
  });
}

/** A line for each model that has none yet, in the place of lines in which nothing stands. */
export function withNewModels(lines: readonly PriceLine[], models: readonly string[]): PriceLine[] {
  const missing = models.filter((name) => !lines.some(({ model }) => model.trim() === name));
  if (missing.length === 0) return [...lines];
  const firstId = Math.max(-1, ...lines.map(({ id }) => id)) + 1;
  const added = missing.map((model, index) => ({ id: firstId + index, model, input: "", output: "", cachedInput: "" }));
  return [...lines.filter((line) => line.model.trim() !== "" || isWanted(line)), ...added];
}

const text = (amount: number | undefined): string => (amount === undefined ? "" : String(amount));

/** A line without anything in it is no line. */
export const isWanted = ({ input, output, cachedInput }: PriceLine): boolean => [input, output, cachedInput].some((amount) => amount.trim() !== "");

/** The table that the lines make; null when one is not complete. */
export function readLines(lines: readonly PriceLine[]): PriceTable | null {
  const prices: Record<string, Price> = {};
  for (const line of lines.filter(isWanted)) {
    const [input, output, cachedInput] = [parseAmount(line.input), parseAmount(line.output), parseAmount(line.cachedInput)];
    const isBadCached = cachedInput === null && line.cachedInput.trim() !== "";
    if (line.model.trim() === "" || input === null || output === null || isBadCached) return null;
    prices[line.model.trim()] = { input, output, ...(cachedInput !== null && { cachedInput }) };
  }
  return prices;
}
