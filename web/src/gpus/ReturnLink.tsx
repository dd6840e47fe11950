import { Link } from '@tanstack/react-router';
import type { ListedRecommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatAbout } from '../format/money.ts';
import parts from '../parts/parts.module.css';

/** Link from an idle GPU to its saving. */
export function ReturnLink({ saving }: { readonly saving: ListedRecommendation }) {
  const { recommendation, saving: money } = saving;
  return (
    <Link to="/recommendations/$recommendation" params={{ recommendation }} className={parts.textLink}>
      Return it{money.monthly === null ? '' : `: saves ${formatAbout(money.monthly)} a month`}
    </Link>
  );
}
