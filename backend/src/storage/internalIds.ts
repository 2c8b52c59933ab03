import type { Ports } from "../ports.ts";

const ID_BYTES = 16;
const TIME_BYTES = 6;
const RANDOM_BYTES = 8;
const MS_PER_DAY = 86_400_000;

/**
 * A fresh internal id: the millisecond, 8 unpredictable bytes and, as in Convex, the day at the end. Because ids begin
 * with the time, new documents are neighbours in `by_id`, and a commit touches few pages however many documents there
 * are.
 */
export function newInternalId(ports: Pick<Ports, "nowMs" | "randomBytes">): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  const nowMs = Math.floor(ports.nowMs());
  let rest = nowMs;
  for (let at = TIME_BYTES - 1; at >= 0; at--, rest = Math.floor(rest / 256)) id[at] = rest % 256;
  id.set(ports.randomBytes(RANDOM_BYTES), TIME_BYTES);
  const day = Math.floor(nowMs / MS_PER_DAY);
  id[14] = (day >> 8) & 255;
  id[15] = day & 255;
  return id;
}
