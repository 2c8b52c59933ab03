/** One operation that was done, in the order of doing it. */
interface Step {
  left: number;
  operator: Operator;
  right: number;
  result: number;
}

/** An expression that was worked out. `result` is null when something was divided by zero. */
export interface Solution {
  expression: string;
  steps: readonly string[];
  /** How the last step looks the other way round. */
  check: string | null;
  result: string | null;
}

type Operator = "+" | "-" | "*" | "/";
type Token = number | Operator | "(" | ")";

/** Nobody types a longer sum; a text is not searched further. */
const MAX_READ_CHARS = 400;
const SIGNIFICANT_DIGITS = 12;
const WORDS: readonly [RegExp, string][] = [
  [/\btimes\b|\bmultiplied by\b|[×·]/gi, "*"], [/\bdivided by\b|\bover\b|÷|(?<=\d\s*):(?=\s*\d)/gi, "/"], [/\bplus\b/gi, "+"], [/\bminus\b|−|–/gi, "-"],
];
const ASKS = /\?|\bwhat\b|\bhow much\b|\bcalculate\b|\bcompute\b|\bsolve\b|\bwork out\b|=\s*$/i;
const EXPRESSION = /[-+(]*\d[\d\s.+*/()-]*[\d)]/g;

/** Works out the sum that a text asks for; null when it asks for none. */
export function solve(text: string): Solution | null {
  if (text.length > MAX_READ_CHARS) return null;
  const plain = WORDS.reduce((so, [word, sign]) => so.replace(word, sign), text.replace(/(?<=\d),(?=\d{3}\b)/g, ""));
  const found = (plain.match(EXPRESSION) ?? []).map((match) => match.trim()).find(isSum);
  if (found === undefined || !(ASKS.test(text) || plain.trim() === found)) return null;
  const tokens = tokensOf(found);
  if (tokens === null) return null;
  const steps: Step[] = [];
  const value = new Parser(tokens, steps).parse();
  return value === undefined ? null : { expression: written(tokens), steps: steps.map(describe), check: checkOf(steps.at(-1)), result: Number.isFinite(value) ? shown(value) : null };
}

/** Two numbers and something to do with them; not a date, and not a range of pages. */
function isSum(candidate: string): boolean {
  return /[\d)]\s*[-+*/]\s*[-+(]*\d/.test(candidate) && !/^\d+(?:-\d+)+$/.test(candidate) && !/^\d+\/\d+\/\d+$/.test(candidate);
}

function tokensOf(expression: string): Token[] | null {
  const pieces = expression.match(/\d+(?:\.\d+)?|\.\d+|[-+*/()]|\S/g) ?? [];
  const tokens = pieces.map((piece): Token | null => (isSign(piece) ? piece : Number.isFinite(Number(piece)) ? Number(piece) : null));
  return tokens.every((token) => token !== null) ? tokens : null;
}

function isSign(piece: string): piece is Operator | "(" | ")" {
  return /^[-+*/()]$/.test(piece);
}

/** Reads by the usual rules (brackets, then times and divided by, then plus and minus) and notes what it does. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #steps: Step[];
  #at = 0;

  constructor(tokens: readonly Token[], steps: Step[]) {
    this.#tokens = tokens;
    this.#steps = steps;
  }

  /** Undefined: this is no expression. */
  parse(): number | undefined {
    const value = this.#chain(["+", "-"], () => this.#chain(["*", "/"], () => this.#operand()));
    return this.#at === this.#tokens.length ? value : undefined;
  }

  #chain(operators: readonly Operator[], operand: () => number | undefined): number | undefined {
    let left = operand();
    for (;;) {
      const operator = operators.find((candidate) => candidate === this.#tokens[this.#at]);
      if (left === undefined || operator === undefined) return left;
      this.#at++;
      const right = operand();
      if (right === undefined) return undefined;
      const result = apply(operator, left, right);
      this.#steps.push({ left, operator, right, result });
      left = result;
    }
  }

  #operand(): number | undefined {
    const token = this.#tokens[this.#at++];
    if (typeof token === "number") return token;
    if (token === "-" || token === "+") {
      const value = this.#operand();
      return value === undefined ? undefined : token === "-" ? -value : value;
    }
    if (token !== "(") return undefined;
    const value = this.#chain(["+", "-"], () => this.#chain(["*", "/"], () => this.#operand()));
    return this.#tokens[this.#at++] === ")" ? value : undefined;
  }
}

function apply(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case "+": return left + right;
    case "-": return left - right;
    case "*": return left * right;
    case "/": return left / right;
    default: return operator satisfies never;
  }
}

function checkOf(step: Step | undefined): string | null {
  if (step === undefined || !Number.isFinite(step.result)) return null;
  const { left, operator, right, result } = step;
  switch (operator) {
    case "+": return `${shown(result)} − ${operandOf(right)} = ${shown(result - right)}`;
    case "-": return `${shown(result)} + ${operandOf(right)} = ${shown(result + right)}`;
    case "*": return right === 0 ? null : `${shown(result)} ÷ ${operandOf(right)} = ${shown(left)}`;
    case "/": return `${shown(result)} × ${operandOf(right)} = ${shown(result * right)}`;
    default: return operator satisfies never;
  }
}

const SIGNS: Readonly<Record<Operator, string>> = { "+": "+", "-": "−", "*": "×", "/": "÷" };

function describe({ left, operator, right, result }: Step): string {
  const sum = `${shown(left)} ${SIGNS[operator]} ${operandOf(right)}`;
  return Number.isFinite(result) ? `${sum} = ${shown(result)}` : `${sum} has no value`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(SIGNIFICANT_DIGITS))).replace(/^-/, "−");
}

function operandOf(value: number): string {
  return value < 0 ? `(${shown(value)})` : shown(value);
}

function written(tokens: readonly Token[]): string {
  return tokens.map((token) => (typeof token === "number" ? shown(token) : token === "(" || token === ")" ? token : SIGNS[token])).join(" ").replaceAll("( ", "(").replaceAll(" )", ")");
}
