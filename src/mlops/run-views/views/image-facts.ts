export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

export interface ImageFacts {
  readonly type: ImageType;
  /** null when the bytes given do not reach to where the size is written. */
  readonly size: { readonly widthPx: number; readonly heightPx: number } | null;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Type and size of the image that begins with these bytes; null when they are no image. The file name is ignored. */
export function readImageFacts(head: Buffer): ImageFacts | null {
  if (head.subarray(0, 8).equals(PNG) && head.toString('latin1', 12, 16) === 'IHDR') {
    return { type: 'image/png', size: head.length < 24 ? null : toSize(head.readUInt32BE(16), head.readUInt32BE(20)) };
  }
  const six = head.toString('latin1', 0, 6);
  if (six === 'GIF87a' || six === 'GIF89a') {
    return { type: 'image/gif', size: head.length < 10 ? null : toSize(head.readUInt16LE(6), head.readUInt16LE(8)) };
  }
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') {
    return { type: 'image/webp', size: readWebpSize(head) };
  }
  if (head.length > 3 && head.readUIntBE(0, 3) === 0xffd8ff) return { type: 'image/jpeg', size: readJpegSize(head) };
  return null;
}

function toSize(widthPx: number, heightPx: number) {
  return widthPx === 0 || heightPx === 0 ? null : { widthPx, heightPx };
}

/** The three forms of WebP write their size in three places (RFC 9649). */
function readWebpSize(head: Buffer) {
  if (head.length < 30) return null;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return toSize(head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1);
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return toSize((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8 ':
      return toSize(head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff);
    default:
      return null;
  }
}

/** JPEG is a row of segments; the size is in the first "start of frame" (ITU T.81, B.2.2). */
function readJpegSize(head: Buffer) {
  let at = 2;
  while (at + 9 < head.length && head[at] === 0xff) {
    const marker = head[at + 1] ?? 0;
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (frame) return toSize(head.readUInt16BE(at + 7), head.readUInt16BE(at + 5));
    at += 2 + head.readUInt16BE(at + 2);
  }
  return null;
}
