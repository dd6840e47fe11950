import { useNavigate } from '@tanstack/react-router';
import type { Suggestion } from '../../../src/finops/allocation/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import styles from './allocation.module.css';
import { rulesYaml, withRule } from './rules-yaml.ts';
import type { Allocation } from './use-allocation.ts';
import type { Draft } from './use-draft.ts';

const MAX_ROWS = 5;

interface SuggestionsProps {
  readonly suggestions: readonly Suggestion[];
  readonly allocation: Allocation;
  readonly draft: Draft;
}

/**
 * Suggested rules that would match most of the unallocated cost. Accepting one adds it to the draft, for naming and
 * preview.
 */
export function Suggestions({ suggestions, allocation, draft }: SuggestionsProps) {
  const navigate = useNavigate({ from: '/allocation' });
  const inForce = allocation.rules.data;
  if (suggestions.length === 0 || inForce === undefined) return null;
  const take = ({ rule }: Suggestion) => {
    draft.set(withRule(draft.text.trim() === '' ? rulesYaml(inForce) : draft.text, rule));
    void navigate({ search: (before) => ({ ...before, tab: 'rules' }) });
  };
  return (
    <div className={styles.suggestions}>
      <ul className={styles.suggestionList}>
        {suggestions.slice(0, MAX_ROWS).map((one) => (
          <li key={`${one.dimension} ${one.value} ${one.currency}`} className={styles.suggestion}>
            <span>
              {dimensionLabel(one.dimension)} {one.value === null ? 'has a value' : <>is {one.value}</>}: takes{' '}
              <strong>
                <MoneyFigure money={one} />
              </strong>
              , {counted(one.billRows, 'row')}
              {one.values > 1 && ` of ${counted(one.values, 'value')}`}
            </span>
            <button type="button" className={parts.button} onClick={() => take(one)}>
              Add to draft
              <span className="visually-hidden">
                : a rule on {dimensionLabel(one.dimension)} {one.value ?? 'with any value'}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
