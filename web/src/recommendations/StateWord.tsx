import type { ListedRecommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatInstant } from '../format/time.ts';
import layout from '../parts/layout.module.css';
import { STATES, stateWord } from './words.ts';

/** State of a saving, with the pending action of an idle policy. */
export function StateWord({ one }: { readonly one: ListedRecommendation }) {
  const { state, notice, work } = one;
  return (
    <>
      <span data-tip={work?.reason ?? STATES[state][1]}>{stateWord(one)}</span>
      {notice !== null && (
        <span className={layout.sub}>
          {notice.keptUntil === null
            ? `${notice.isDryRun ? 'dry run' : 'planned'} ${formatInstant(notice.actsAt)}`
            : `kept until ${formatInstant(notice.keptUntil)}`}
        </span>
      )}
    </>
  );
}
