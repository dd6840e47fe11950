import { randomBytes } from 'node:crypto';

/** A new id such as `dec_0123456789abcdef0123`. */
export function generateDecisionId(): string {
  return `dec_${randomBytes(10).toString('hex')}`;
}
