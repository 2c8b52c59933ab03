/** What a million tokens of a model cost, in US dollars. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of input that the provider had in its cache. Default: as other input. */
  readonly cachedInput?: number;
}

/** Prices by model. They are the viewer's own, kept in the browser: the app knows none. */
export type PriceTable = Readonly<Record<string, Price>>;

/** Tokens that are to be paid for. */
export interface Tokens {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedInputTokens: number;
}

const PER = 1_000_000;

/** What tokens cost, in dollars; undefined when the model has no price. */
export function costOf(prices: PriceTable, model: string | undefined, tokens: Tokens): number | undefined {
  const price = model === undefined || !Object.hasOwn(prices, model) ? undefined : prices[model];
  if (price === undefined) return undefined;
  const cached = Math.min(tokens.cachedInputTokens, tokens.promptTokens);
  const input = (tokens.promptTokens - cached) * price.input + cached * (price.cachedInput ?? price.input);
  return (input + tokens.completionTokens * price.output) / PER;
}

const KEY = "playground.prices";

/** The prices that were kept; none when there are none or somebody else wrote there. */
export function loadPrices(storage: Pick<Storage, "getItem">): PriceTable {
  return parsePrices(storage.getItem(KEY));
}

export function savePrices(storage: Pick<Storage, "setItem">, prices: PriceTable): void {
  storage.setItem(KEY, JSON.stringify(prices));
}

/** A price table out of JSON text; what is no price is left out. */
export function parsePrices(text: string | null): PriceTable {
  const json = tryJson(text);
  if (!isRecord(json)) return {};
  return Object.fromEntries(Object.entries(json).flatMap(([model, price]) => {
    const parsed = parsePrice(price);
    return parsed === null ? [] : [[model, parsed]];
  }));
}

function parsePrice(value: unknown): Price | null {
  if (!isRecord(value) || !isAmount(value.input) || !isAmount(value.output)) return null;
  return { input: value.input, output: value.output, ...(isAmount(value.cachedInput) && { cachedInput: value.cachedInput }) };
}

/** An amount as it was typed, `2.50` or `2,50`; null when it is none. */
export function parseAmount(text: string): number | null {
  const amount = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && isAmount(amount) ? amount : null;
}

/** Dollars: cents where there are some, and as much of a cent as says something. */
export function formatMoney(dollars: number): string {
  if (dollars === 0) return "$0";
  const digits = dollars >= 1 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(dollars))));
  return `$${dollars.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: digits })}`;
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** As {@link formatMoney}, with a few characters at most: $3.6K */
export function formatShortMoney(dollars: number): string {
  return dollars >= 100 ? `$${short.format(dollars)}` : formatMoney(dollars);
}

const isAmount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function tryJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    // Somebody else's text under our name: the same as none.
    return null;
  }
}
