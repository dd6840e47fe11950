import { createHash } from 'node:crypto';

/**
 * Whether a prediction is in the share (0..1) that is kept. The result depends only on the id, so that a prediction that is
 * sent twice is kept or left out both times.
 */
export function isSampled(prediction: string, share: number): boolean {
  if (share >= 1) return true;
  const position = createHash('sha256').update(prediction).digest().readUIntBE(0, 6) / 2 ** 48;
  return position < share;
}
