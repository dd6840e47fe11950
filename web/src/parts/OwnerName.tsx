import type { Assignment } from '../../../src/platform/acknowledgements/schema.ts';

/** Owner of an anomaly or a saving, with the comment on hover; a dash where there is none. */
export function OwnerName({ assigned }: { readonly assigned: Assignment | null }) {
  if (assigned === null) return <span data-tip="No owner.">–</span>;
  const { to, by, comment } = assigned;
  return (
    <span
      data-tip={`${to.kind === 'team' ? 'Team' : 'Account'}; assigned by ${by}${comment === null ? '' : `: ${comment}`}`}
    >
      {to.name}
    </span>
  );
}
