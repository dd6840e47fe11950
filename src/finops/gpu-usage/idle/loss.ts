/** Time of one GPU, in milliseconds: covered by readings, and in bridged gaps. */
export interface CoveredTime {
  readonly ms: bigint;
  readonly lostMs: bigint;
}

/**
 * Share of the readings that a source lost for all its GPUs alike: lost and known time of the median GPU by lost share,
 * weighted by time (of two middle ones the one with the smaller loss). Gaps of only a few GPUs are absence, not loss: it is
 * unknown whether these GPUs existed then. A tenth of all readings lost at random gives about 1 : 9; gaps of a tenth of the
 * GPUs give 0.
 */
export function computeCommonLoss(gpus: readonly CoveredTime[]): CoveredTime {
  const sorted = gpus.toSorted((a, b) => compare(a.lostMs * b.ms, b.lostMs * a.ms));
  const all = sorted.reduce((sum, { ms, lostMs }) => sum + ms + lostMs, 0n);
  let passed = 0n;
  for (const gpu of sorted) {
    passed += gpu.ms + gpu.lostMs;
    if (passed * 2n >= all) return gpu;
  }
  return { ms: 1n, lostMs: 0n };
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
