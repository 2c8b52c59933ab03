import { compareKeys } from "../values/keys.ts";
import type { KeyRange } from "./types.ts";
import { contains } from "./readSet.ts";

interface Node<V> {
  readonly range: KeyRange;
  readonly values: Set<V>;
  /** Heap order of these keeps the tree balanced; it is a hash of the range, so equal trees come out equal. */
  readonly priority: number;
  left: Node<V> | null;
  right: Node<V> | null;
  /** The greatest `to` in this subtree; null is the greatest of all. */
  end: Uint8Array | null;
}

/**
 * Which ranges hold a key: a treap by start of range, each node knowing where its subtree ends. Adding, removing and
 * each range found cost O(log n); equal ranges share a node.
 */
export class IntervalTree<V> {
  #root: Node<V> | null = null;

  add(range: KeyRange, value: V): void {
    this.#root = insert(this.#root, range, value);
  }

  remove(range: KeyRange, value: V): void {
    this.#root = remove(this.#root, range, value);
  }

  get isEmpty(): boolean {
    return this.#root === null;
  }

  /** Adds to `found` every value whose range holds the key. */
  collect(key: Uint8Array, found: Set<V>): void {
    const todo: Node<V>[] = this.#root === null ? [] : [this.#root];
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      if (node.end !== null && compareKeys(key, node.end) >= 0) continue;
      if (node.left !== null) todo.push(node.left);
      if (compareKeys(node.range.from, key) > 0) continue;
      if (node.right !== null) todo.push(node.right);
      if (contains(node.range, key)) for (const value of node.values) found.add(value);
    }
  }
}

function compareEnds(a: Uint8Array | null, b: Uint8Array | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compareKeys(a, b);
}

function compareRanges(a: KeyRange, b: KeyRange): number {
  return compareKeys(a.from, b.from) || compareEnds(a.to, b.to);
}

/** FNV-1a of both ends. */
function hash(range: KeyRange): number {
  let sum = 0x811c9dc5;
  for (const byte of range.from) sum = Math.imul(sum ^ byte, 0x01000193);
  if (range.to !== null) for (const byte of range.to) sum = Math.imul(sum ^ byte, 0x01000193);
  // Neighbouring keys differ in their last bytes only; this spreads them.
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return (sum ^ (sum >>> 13)) >>> 0;
}

function update<V>(node: Node<V>): Node<V> {
  let end = node.range.to;
  for (const child of [node.left, node.right]) {
    if (child !== null && compareEnds(child.end, end) > 0) end = child.end;
  }
  node.end = end;
  return node;
}

function insert<V>(node: Node<V> | null, range: KeyRange, value: V): Node<V> {
  if (node === null) return { range, values: new Set([value]), priority: hash(range), left: null, right: null, end: range.to };
  const order = compareRanges(range, node.range);
  if (order === 0) {
    node.values.add(value);
    return node;
  }
  if (order < 0) {
    node.left = insert(node.left, range, value);
    return node.left.priority > node.priority ? rotateRight(node, node.left) : update(node);
  }
  node.right = insert(node.right, range, value);
  return node.right.priority > node.priority ? rotateLeft(node, node.right) : update(node);
}

function rotateRight<V>(node: Node<V>, left: Node<V>): Node<V> {
  node.left = left.right;
  left.right = update(node);
  return update(left);
}

function rotateLeft<V>(node: Node<V>, right: Node<V>): Node<V> {
  node.right = right.left;
  right.left = update(node);
  return update(right);
}

function remove<V>(node: Node<V> | null, range: KeyRange, value: V): Node<V> | null {
  if (node === null) return null;
  const order = compareRanges(range, node.range);
  if (order < 0) node.left = remove(node.left, range, value);
  else if (order > 0) node.right = remove(node.right, range, value);
  else {
    node.values.delete(value);
    if (node.values.size === 0) return merge(node.left, node.right);
  }
  return update(node);
}

/** Joins two trees of which all of `left` comes before all of `right`. */
function merge<V>(left: Node<V> | null, right: Node<V> | null): Node<V> | null {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    return update(left);
  }
  right.left = merge(left, right.left);
  return update(right);
}
