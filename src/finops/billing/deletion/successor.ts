/** The fields of a unit's delivery that the choice of a successor needs. */
export interface UnitDelivery {
  readonly delivery: string;
}

/** The delivery that counts for a unit after its current one is deleted. */
export type Successor =
  | { readonly kind: 'counts'; readonly delivery: string }
  | { readonly kind: 'raw_deleted'; readonly delivery: string }
  | { readonly kind: 'only_newer'; readonly delivery: string }
  | { readonly kind: 'none' };

/**
 * Returns the delivery of a unit that counts after a deletion: the previous one by production time, whatever the order
 * of arrival. It counts only while its raw bill is kept, so that each counted row can be traced and rebuilt. A newer
 * delivery never counts automatically, because a person had reverted it. `known` is oldest first and contains the
 * deleted delivery.
 *
 * @example findSuccessor([{ delivery: 'a' }, { delivery: 'b' }], 'b', new Set(['b']), () => true) // { kind: 'counts', delivery: 'a' }
 */
export function findSuccessor(
  known: readonly UnitDelivery[],
  deleted: string,
  gone: ReadonlySet<string>,
  keepsRaw: (delivery: string) => boolean,
): Successor {
  const at = known.findIndex(({ delivery }) => delivery === deleted);
  const before = known.slice(0, at).findLast(({ delivery }) => !gone.has(delivery));
  if (before !== undefined) {
    return { kind: keepsRaw(before.delivery) ? 'counts' : 'raw_deleted', delivery: before.delivery };
  }
  const newer = known.slice(at + 1).find(({ delivery }) => !gone.has(delivery));
  return newer === undefined ? { kind: 'none' } : { kind: 'only_newer', delivery: newer.delivery };
}

/** Explains the successor to the person who decides about the deletion. */
export function explainSuccessor(successor: Successor): string {
  switch (successor.kind) {
    case 'counts':
      return `${successor.delivery} counts again: it was made before`;
    case 'raw_deleted':
      return `${successor.delivery} was made before, but its raw bill was deleted by retention, so it is not reinstated automatically; reinstate it with: steelyard bill revert ${successor.delivery}`;
    case 'only_newer':
      return `none counts; ${successor.delivery} is newer and was reverted; reinstate it with: steelyard bill revert ${successor.delivery}`;
    case 'none':
      return 'none counts: no other delivery of this month is kept';
  }
}
