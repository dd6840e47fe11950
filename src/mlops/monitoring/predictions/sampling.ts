import { createHash } from 'node:crypto';

/**
 * Whether a prediction is among the share (0..1) that is kept. The same answer for the same id, whoever asks and however
 * often, so that what is sent twice is kept or left out twice.
 */
export function isSampled(prediction: string, share: number): boolean {
  if (share >= 1) return true;
  const position = createHash('sha256').update(prediction).digest().readUIntBE(0, 6) / 2 ** 48;
  return position < share;
}
