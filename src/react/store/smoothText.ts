/** Time as a port, so that tests own the clock. */
export interface SmoothTextClock {
  nowMs(): number;
  /** Runs the callback once after the delay; returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** What the hook shows: the visible text and how far it is. */
export interface SmoothTextSnapshot {
  readonly visibleText: string;
  /** UTF-16 units of the text that are visible. */
  readonly cursor: number;
  /** True while there is more text than is visible. */
  readonly isStreaming: boolean;
}

/** Fast enough to look fluid; slow enough that rendering Markdown for each frame stays cheap. */
const FRAME_MS = 1000 / 30;
/** All of a text is shown this long after its last change, and a frame, whatever its size. */
const CATCH_UP_MS = 1000;
/** Weight of the newest measurement in the running average of the incoming speed. */
const NEWEST_WEIGHT = 0.5;
/** Updates closer together than this are measured as one burst. */
const MIN_INTERVAL_MS = 16;

/**
 * Reveals a growing text at an even pace. The pace starts at `charsPerSec`, follows the average speed of the incoming
 * text, and rises when the visible text falls behind. Never cuts a surrogate pair, a combining mark or a joined emoji.
 */
export class SmoothTextStore {
  readonly #clock: SmoothTextClock;
  readonly #listeners = new Set<() => void>();
  #text: string;
  #snapshot: SmoothTextSnapshot;
  #charsPerMs: number;
  #updatedMs: number;
  /** The exact position, with the fraction of a character that a frame has earned. */
  #position: number;
  #advancedMs: number;
  #cancelFrame: (() => void) | undefined;

  constructor(
    options: { text: string; charsPerSec: number; startStreaming: boolean },
    clock: SmoothTextClock,
  ) {
    this.#clock = clock;
    this.#text = options.text;
    this.#charsPerMs = Math.max(options.charsPerSec, 1) / 1000;
    this.#position = options.startStreaming ? 0 : options.text.length;
    this.#updatedMs = this.#advancedMs = clock.nowMs();
    this.#snapshot = this.#look(0);
  }

  readonly getSnapshot = (): SmoothTextSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#schedule();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  /** The whole text as it is now. A text that got shorter or was replaced shows at most what it has. */
  setText(text: string): void {
    if (text === this.#text) return;
    const nowMs = this.#clock.nowMs();
    const added = text.length - this.#text.length;
    const wasIdle = this.#position >= this.#text.length;
    if (added > 0) this.#learn(added, nowMs);
    if (wasIdle) this.#advancedMs = nowMs;
    this.#text = text;
    this.#position = Math.min(this.#position, text.length);
    this.#updatedMs = nowMs;
    this.#publish();
    this.#schedule();
  }

  #learn(added: number, nowMs: number): void {
    const elapsedMs = Math.max(nowMs - this.#updatedMs, MIN_INTERVAL_MS);
    const incoming = added / elapsedMs;
    // One burst may at most double the pace: a page of text that arrives at once should still read as writing.
    const average = NEWEST_WEIGHT * incoming + (1 - NEWEST_WEIGHT) * this.#charsPerMs;
    this.#charsPerMs = Math.min(average, this.#charsPerMs * 2);
  }

  #advance(): void {
    const nowMs = this.#clock.nowMs();
    const elapsedMs = Math.max(0, nowMs - this.#advancedMs);
    // What is hidden has until then: one time span after the text's last change all of it is visible.
    const leftMs = Math.max(this.#updatedMs + CATCH_UP_MS - this.#advancedMs, 1);
    this.#advancedMs = nowMs;
    const behind = this.#text.length - this.#position;
    const pace = Math.max(this.#charsPerMs, behind / leftMs);
    this.#position = Math.min(this.#text.length, this.#position + elapsedMs * pace);
    this.#publish();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#listeners.size === 0 || this.#cancelFrame !== undefined || this.#position >= this.#text.length) return;
    this.#cancelFrame = this.#clock.after(FRAME_MS, () => {
      this.#cancelFrame = undefined;
      this.#advance();
    });
  }

  #stop(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = undefined;
  }

  /** What was shown stays shown, even when what arrived since belongs to its last character. */
  #look(shown: number): SmoothTextSnapshot {
    const cursor = Math.max(safeCut(this.#text, Math.floor(this.#position)), Math.min(shown, this.#text.length));
    return { visibleText: this.#text.slice(0, cursor), cursor, isStreaming: cursor < this.#text.length };
  }

  #publish(): void {
    const last = this.#snapshot;
    const next = this.#look(last.cursor);
    if (next.cursor === last.cursor && next.isStreaming === last.isStreaming && next.visibleText === last.visibleText) {
      return;
    }
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }
}

/**
 * Code units that belong to the character before them: combining marks, the joiner, variation selectors.
 * Numbers and not `\p{M}`: some JavaScript engines of phones refuse property escapes when the module loads.
 */
const COMBINING_RANGES: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f], [0x0483, 0x0489], [0x0591, 0x05c7], [0x064b, 0x065f], [0x093a, 0x094d], [0x0e31, 0x0e4e],
  [0x1ab0, 0x1aff], [0x1dc0, 0x1dff], [0x200d, 0x200d], [0x20d0, 0x20ff], [0xfe00, 0xfe0f], [0xfe20, 0xfe2f],
];

function isCombining(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (COMBINING_RANGES.some(([first, last]) => unit >= first && unit <= last)) return true;
  // The skin tones of emoji, as surrogate pairs.
  const next = text.charCodeAt(index + 1);
  return unit === 0xd83c && next >= 0xdffb && next <= 0xdfff;
}

const JOINER = "\u200d";
/** Bounds the walk back, so that a hostile text of combining marks alone cannot hold the reader. */
const MAX_CLUSTER = 32;

/** The nearest position at or before `position` that does not cut a visible character. */
function safeCut(text: string, position: number): number {
  if (position >= text.length) return text.length;
  for (let cut = position, steps = 0; cut > 0 && steps < MAX_CLUSTER; cut--, steps++) {
    if (isBoundary(text, cut)) return cut;
  }
  return isLowSurrogate(text, position) ? Math.max(0, position - 1) : position;
}

function isBoundary(text: string, cut: number): boolean {
  if (isLowSurrogate(text, cut)) return false;
  if (text[cut - 1] === JOINER) return false;
  return !isCombining(text, cut);
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  const before = text.charCodeAt(index - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}
