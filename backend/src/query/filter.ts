import { UserError } from "../errors.ts";
import { compareValues } from "../values/compare.ts";
import { displayValue } from "../values/display.ts";
import { asBigInt, floatOf, fromBigInt, fromFloat, getFieldPath, isFloat, isInteger, isRecord, kindOf, type JsonObject, type JsonValue } from "../values/json.ts";
import { normalizeOrUndefined } from "../values/normalize.ts";

/** Looks at one document; undefined is a missing field. */
type Evaluate = (document: JsonObject) => JsonValue | undefined;

/** Whether a document passes a filter. */
export type Predicate = (document: JsonObject) => boolean;

const MAX_DEPTH = 256;

/**
 * Compiles a filter expression of the query builder. Comparisons use Convex's total order, so values of different
 * types compare; arithmetic wants two int64 or two float64.
 *
 * @throws UserError for an expression that is not one. The predicate throws for arithmetic that cannot be done.
 */
export function compileFilter(expression: JsonValue): Predicate {
  const evaluate = compile(expression, 0);
  return (document) => isTruthy(evaluate(document));
}

type Compile = (operand: JsonValue, depth: number) => Evaluate;

const OPERATORS: Readonly<Record<string, Compile>> = {
  $field: (operand) => {
    if (typeof operand !== "string") throw malformed({ $field: operand });
    const path = operand.split(".");
    return (document) => getFieldPath(document, path);
  },
  $literal: (operand) => {
    const value = normalizeOrUndefined(operand);
    return () => value;
  },
  $eq: comparison((order) => order === 0),
  $neq: comparison((order) => order !== 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $add: arithmetic("add", { integer: (a, b) => a + b, float: (a, b) => a + b }),
  $sub: arithmetic("subtract", { integer: (a, b) => a - b, float: (a, b) => a - b }),
  $mul: arithmetic("multiply", { integer: (a, b) => a * b, float: (a, b) => a * b }),
  $div: arithmetic("divide", { integer: (a, b) => a / notZero(b), float: (a, b) => a / b }),
  $mod: arithmetic("mod", { integer: (a, b) => a % notZero(b), float: (a, b) => a % b }),
  $neg: (operand, depth) => {
    const evaluate = compile(operand, depth);
    return (document) => negate(evaluate(document));
  },
  $not: (operand, depth) => {
    const evaluate = compile(operand, depth);
    return (document) => !isTruthy(evaluate(document));
  },
  $and: (operand, depth) => {
    const parts = operandsOf(operand).map((part) => compile(part, depth));
    return (document) => parts.every((part) => isTruthy(part(document)));
  },
  $or: (operand, depth) => {
    const parts = operandsOf(operand).map((part) => compile(part, depth));
    return (document) => parts.some((part) => isTruthy(part(document)));
  },
};

function compile(expression: JsonValue, depth: number): Evaluate {
  if (depth > MAX_DEPTH) throw new UserError("InvalidFilter", `Filter expression is nested more than ${MAX_DEPTH} levels deep.`);
  // The query builder writes a bare JSON value for a literal, and `{$…: …}` for the rest.
  if (!isRecord(expression)) return () => expression;
  const [operator, ...others] = Object.keys(expression);
  if (operator === undefined || others.length > 0) throw malformed(expression);
  const build = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  const operand = expression[operator];
  if (build !== undefined && operand !== undefined) return build(operand, depth + 1);
  const value = normalizeOrUndefined(expression);
  return () => value;
}

function malformed(expression: unknown): UserError {
  return new UserError("InvalidFilter", `Invalid filter expression: ${JSON.stringify(expression)}`);
}

function operandsOf(operand: JsonValue): JsonValue[] {
  if (!Array.isArray(operand)) throw malformed(operand);
  return operand;
}

function pairOf(operand: JsonValue, depth: number): readonly [Evaluate, Evaluate] {
  const [left, right, ...others] = operandsOf(operand);
  if (left === undefined || right === undefined || others.length > 0) throw malformed(operand);
  return [compile(left, depth), compile(right, depth)];
}

function comparison(holds: (order: number) => boolean): Compile {
  return (operand, depth) => {
    const [left, right] = pairOf(operand, depth);
    return (document) => holds(compareValues(left(document), right(document)));
  };
}

function arithmetic(
  verb: string,
  operations: { integer: (a: bigint, b: bigint) => bigint; float: (a: number, b: number) => number },
): Compile {
  return (operand, depth) => {
    const [left, right] = pairOf(operand, depth);
    return (document) => {
      const a = left(document);
      const b = right(document);
      if (isInteger(a) && isInteger(b)) return fromBigInt(operations.integer(asBigInt(a), asBigInt(b)));
      if (isFloat(a) && isFloat(b)) return fromFloat(operations.float(floatOf(a), floatOf(b)));
      throw new UserError("InvalidFilterArithmetic", `Cannot ${verb} ${described(a)} and ${described(b)}`);
    };
  };
}

function negate(value: JsonValue | undefined): JsonValue {
  if (isInteger(value)) return fromBigInt(-asBigInt(value));
  if (isFloat(value)) return fromFloat(-floatOf(value));
  throw new UserError("InvalidFilterArithmetic", `Cannot negate ${described(value)}`);
}

function notZero(divisor: bigint): bigint {
  if (divisor === 0n) throw new UserError("DivisionByZero", "Division by zero in a filter expression.");
  return divisor;
}

function described(value: JsonValue | undefined): string {
  return `${displayValue(value)} (type ${kindOf(value)})`;
}

/** As in JavaScript: false, null, missing, 0, NaN and the empty string are not. */
function isTruthy(value: JsonValue | undefined): boolean {
  if (typeof value === "boolean") return value;
  if (value === undefined || value === null || value === "") return false;
  if (isInteger(value)) return asBigInt(value) !== 0n;
  if (!isFloat(value)) return true;
  const number = floatOf(value);
  return number !== 0 && !Number.isNaN(number);
}
