/** FIN and opcode 1: a whole text message. Source: RFC 6455, 5.2. */
const TEXT = 0x81;
const MAX_SHORT = 125;
const MAX_MEDIUM = 0xffff;
/** Payloads up to here are copied next to their headers: one write of a few bytes more is cheaper than two. */
const MAX_COPIED = 16 * 1024;

/**
 * The bytes of text messages as a server sends them, to be written in this order. Small messages share one buffer,
 * large ones are not copied.
 */
export function textFrames(payloads: readonly (string | Buffer)[]): Buffer[] {
  const frames: Buffer[] = [];
  let run: (string | Buffer)[] = [];
  let runBytes = 0;
  const endRun = (): void => {
    if (run.length > 0) frames.push(joined(run, runBytes));
    run = [];
    runBytes = 0;
  };
  for (const payload of payloads) {
    const bytes = Buffer.byteLength(payload);
    if (bytes <= MAX_COPIED) {
      run.push(payload);
      runBytes += headerBytes(bytes) + bytes;
      continue;
    }
    endRun();
    const header = Buffer.allocUnsafe(headerBytes(bytes));
    writeHeader(header, 0, bytes);
    frames.push(header, typeof payload === "string" ? Buffer.from(payload) : payload);
  }
  endRun();
  return frames;
}

function joined(payloads: readonly (string | Buffer)[], bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const payload of payloads) {
    const payloadBytes = Buffer.byteLength(payload);
    at = writeHeader(frame, at, payloadBytes);
    at += typeof payload === "string" ? frame.write(payload, at, "utf8") : payload.copy(frame, at);
  }
  return frame;
}

function headerBytes(payloadBytes: number): number {
  return payloadBytes <= MAX_SHORT ? 2 : payloadBytes <= MAX_MEDIUM ? 4 : 10;
}

/** Returns where the payload begins. */
function writeHeader(frame: Buffer, at: number, payloadBytes: number): number {
  frame[at] = TEXT;
  if (payloadBytes <= MAX_SHORT) {
    frame[at + 1] = payloadBytes;
    return at + 2;
  }
  if (payloadBytes <= MAX_MEDIUM) {
    frame[at + 1] = 126;
    return frame.writeUInt16BE(payloadBytes, at + 2);
  }
  frame[at + 1] = 127;
  return frame.writeBigUInt64BE(BigInt(payloadBytes), at + 2);
}
