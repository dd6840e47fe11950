import type { RecommendationList } from '../../../src/tradeoff/recommendations/schema.ts';
import layout from '../parts/layout.module.css';
import styles from './recommendations.module.css';
import { SearchedCard } from './SearchedCard.tsx';
import { TermsCard } from './TermsCard.tsx';

/** Searched kinds and purchase terms, folded: settings, not savings. */
export function SetUpCard({ list }: { readonly list: RecommendationList }) {
  const missing = list.searched.filter(({ reason }) => reason !== null).length;
  return (
    <details className={styles.setUp}>
      <summary>
        Set up: searched kinds and purchase terms
        {missing > 0 && (
          <span className={styles.missing}>
            {missing} of {list.searched.length} kinds need more input
          </span>
        )}
      </summary>
      <div className={layout.stack}>
        {list.searched.length > 0 && <SearchedCard list={list} />}
        <TermsCard />
      </div>
    </details>
  );
}
