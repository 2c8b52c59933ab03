/** The field that holds a delta's text: UI message chunks, and parts of the SDK's own stream. */
const TEXT_FIELDS = ["delta", "inputTextDelta", "text"];

/**
 * Keeps the two halves of a surrogate pair together. Models cut their text anywhere, and half a pair cannot be stored;
 * a half at the end of a delta waits for the next delta of the same part.
 */
export class HalfPairs<Part extends object> {
  readonly #held = new Map<string, string>();

  /** The part as it may go, or nothing when it was only half a pair. A half that nothing completes goes at the end. */
  push(part: Part): Part[] {
    const { type, field, text } = deltaOf(part);
    if (type === undefined) return this.#held.size === 0 ? [part] : [...this.#rest(part), part];
    // Nearly always.
    if (this.#held.size === 0 && !endsInHalf(text)) return [part];
    const key = keyOf(part, type);
    const whole = (this.#held.get(key) ?? "") + text;
    this.#held.delete(key);
    const end = endsInHalf(whole) ? whole.length - 1 : whole.length;
    if (end < whole.length) this.#held.set(key, whole.slice(end));
    if (end === 0 && text !== "") return [];
    // The same kind of part, with a text that differs by at most half a pair at each end.
    return end === text.length && whole === text ? [part] : [{ ...part, [field]: whole.slice(0, end) }];
  }

  /** What is held of the part that ends here, as a last delta. */
  #rest(part: Part): Part[] {
    if (!("type" in part) || typeof part.type !== "string" || !part.type.endsWith("-end")) return [];
    const type = part.type.replace(/-end$/u, "-delta");
    const key = keyOf(part, type);
    const held = this.#held.get(key);
    this.#held.delete(key);
    // Chunks of a message say `delta`. Parts of the SDK's own stream say `text`, and its tool inputs do not end in half.
    return held === undefined ? [] : [{ ...part, type, delta: held }];
  }
}

type Delta = { type: string; field: string; text: string } | { type: undefined; field: ""; text: "" };

function deltaOf(part: object): Delta {
  // Objects with a `type`, whatever else they hold.
  const fields = part as Record<string, unknown>;
  const { type } = fields;
  if (typeof type === "string" && type.endsWith("-delta")) {
    for (const field of TEXT_FIELDS) {
      const text = fields[field];
      if (typeof text === "string") return { type, field, text };
    }
  }
  return { type: undefined, field: "", text: "" };
}

function keyOf(part: object, type: string): string {
  const id = "toolCallId" in part ? part.toolCallId : "id" in part ? part.id : "";
  return `${type} ${String(id)}`;
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
