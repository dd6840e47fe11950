import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { getAllocationRules, type Suggestion } from '../../../src/finops/allocation/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { givesText } from '../allocation/rule-text.ts';
import { rulesYaml, withRule } from '../allocation/rules-yaml.ts';
import { call, endpointQuery } from '../client.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import styles from './bill-upload.module.css';

const MAX_ROWS = 4;
const FILE = 'suggested-rule.yaml';

/** Rules that would allocate most of the unallocated cost: one click adds one, and one undoes it. */
export function SuggestedRules({ suggestions }: { readonly suggestions: readonly Suggestion[] }) {
  const queries = useQueryClient();
  const rules = useQuery(endpointQuery(getAllocationRules));
  const [added, setAdded] = useState<{ readonly name: string; readonly before: string }>();
  const put = useMutation({
    mutationFn: (text: string) => call(postApply, { body: { documents: [{ file: FILE, text }] } }),
    onSuccess: () => queries.invalidateQueries(),
  });
  const add = ({ rule }: Suggestion) => {
    if (rules.data === undefined) return;
    const before = rulesYaml(rules.data);
    put.mutate(withRule(before, rule), { onSuccess: () => setAdded({ name: rule.name, before }) });
  };
  const undo = () => {
    if (added !== undefined) put.mutate(added.before, { onSuccess: () => setAdded(undefined) });
  };
  return (
    <>
      {added !== undefined && (
        <Notice
          kind="status"
          actions={
            <button type="button" className={parts.button} disabled={put.isPending} onClick={undo}>
              Undo
            </button>
          }
        >
          Added the rule <strong>{added.name}</strong>.
        </Notice>
      )}
      {put.error !== null && (
        <p className={parts.refused} role="alert">
          {put.error.message}
        </p>
      )}
      {suggestions.length > 0 && (
        <ul className={styles.suggestions} aria-label="Suggested rules">
          {suggestions.slice(0, MAX_ROWS).map((one) => (
            <li key={`${one.dimension} ${one.value} ${one.currency}`} className={styles.suggestion}>
              <span>
                {dimensionLabel(one.dimension)} {one.value === null ? 'has a value' : <code>{one.value}</code>} →{' '}
                {givesText(one.rule)}: <MoneyFigure money={one} strong />, {counted(one.billRows, 'row')}
              </span>
              <button
                type="button"
                className={parts.button}
                disabled={put.isPending || rules.data === undefined}
                onClick={() => add(one)}
              >
                Add rule
                <span className="visually-hidden">
                  {' '}
                  on {dimensionLabel(one.dimension)} {one.value}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
