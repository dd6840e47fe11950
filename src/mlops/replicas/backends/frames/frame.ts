import type { Body } from '../../../inference/index.ts';

/**
 * One message between the gateway and a replica of this product, as bytes on a stream: the length of the rest, its number
 * (an answer has the number of its request), an HTTP status (0 in a request), the length of the JSON before the raw bytes
 * (0: all of it is JSON), then the content in the format of the Open Inference Protocol. Numbers are unsigned, of 32 bits,
 * little endian.
 */
export interface Frame {
  readonly id: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = 16;
const LENGTH_HEADER = 'inference-header-content-length';
/** Numbers of frames come round; the oldest is long over by then. */
export const MAX_ID = 0xff_ff_ff_ff;

export function frameBytes(id: number, status: number, { headers, content }: Omit<Body, 'contentType'>): Buffer {
  const length = Buffer.byteLength(content);
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + length);
  bytes.writeUInt32LE(HEAD_BYTES - LENGTH_BYTES + length, 0);
  bytes.writeUInt32LE(id, 4);
  bytes.writeUInt32LE(status, 8);
  bytes.writeUInt32LE(Number(headers?.[LENGTH_HEADER] ?? 0), 12);
  if (typeof content === 'string') bytes.write(content, HEAD_BYTES);
  else content.copy(bytes, HEAD_BYTES);
  return bytes;
}

/** Takes the parts of a stream as they arrive, and passes on each complete frame. */
export function createFrameReader(onFrame: (frame: Frame) => void): (part: Buffer) => void {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let wantedBytes = HEAD_BYTES;
  return (part) => {
    waiting.push(part);
    waitingBytes += part.length;
    // Concatenate the parts of a long frame once, and not for each part.
    if (waitingBytes < wantedBytes) return;
    let bytes = waiting.length === 1 ? part : Buffer.concat(waiting);
    for (;;) {
      wantedBytes = bytes.length < HEAD_BYTES ? HEAD_BYTES : LENGTH_BYTES + bytes.readUInt32LE(0);
      if (bytes.length < wantedBytes) break;
      onFrame(parseFrame(bytes.subarray(0, wantedBytes)));
      bytes = bytes.subarray(wantedBytes);
    }
    waiting = bytes.length === 0 ? [] : [bytes];
    waitingBytes = bytes.length;
  };
}

function parseFrame(bytes: Buffer): Frame {
  const jsonBytes = bytes.readUInt32LE(12);
  return {
    id: bytes.readUInt32LE(4),
    status: bytes.readUInt32LE(8),
    headers: jsonBytes === 0 ? {} : { [LENGTH_HEADER]: String(jsonBytes) },
    content: bytes.subarray(HEAD_BYTES),
  };
}
