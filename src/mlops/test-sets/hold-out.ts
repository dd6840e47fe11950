import { quoteLiteral } from '../../platform/lake/index.ts';

/** Rows below which a larger share is held out. */
const LEAST_ROWS = 1_000;
const MOST_ROWS = 100_000;
/** A training set keeps at least half of the rows. */
const MOST_SHARE = 0.5;
const HEX_DIGITS = 8;

/**
 * Share of the labelled rows to hold out: the stated one; more, up to a half, for a test set of 1,000 rows; less for one of at most
 * 100,000 rows. 1,000 pairs of which 10 % differ show a difference of 0.025 at a one-sided alpha of 0.05 with a power of 80 %.
 *
 * @example chooseShare(0.2, 10_000) // 0.2
 * @example chooseShare(0.2, 2_500) // 0.4
 */
export function chooseShare(stated: number, labelled: number): number {
  if (labelled === 0) return stated;
  const enough = Math.max(stated, Math.min(MOST_SHARE, LEAST_ROWS / labelled));
  return Math.min(enough, MOST_ROWS / labelled);
}

/**
 * SQL condition of the held-out rows, over `entity` and `prediction`: a hash of the entity (of the prediction where there is none) in
 * the lowest share. All predictions about an entity are on the same side, so that a training set does not have its test examples'
 * entities. The hash depends on nothing else: the champion of an earlier round was not trained on them either, and a larger share
 * has all rows of a smaller one. Its text differs from that of the sample of the log, which keeps the lowest share of another hash.
 */
export function heldOutSql(share: number): string {
  const hash = `substr(sha256('hold-out ' || coalesce(entity, prediction)), 1, ${HEX_DIGITS})`;
  if (share <= 0) return 'false';
  if (share >= 1) return 'true';
  const bound = Math.floor(share * 16 ** HEX_DIGITS);
  return `${hash} < ${quoteLiteral(bound.toString(16).padStart(HEX_DIGITS, '0'))}`;
}
