import { useQuery } from '@tanstack/react-query';
import { costDimensions } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { readDocument } from '../document-form/document.ts';
import documentForm from '../document-form/document-form.module.css';
import { ProblemList } from '../document-form/ProblemList.tsx';
import { dimensionLabel } from '../format/dimension.ts';
import { useTeams } from '../frame/use-teams.ts';
import parts from '../parts/parts.module.css';
import styles from './allocation.module.css';
import { RuleFields } from './RuleFields.tsx';
import { listFormRules, moveRuleUp, removeRule, rulesKind } from './rule-form.ts';
import { withRule } from './rules-yaml.ts';
import type { Draft } from './use-draft.ts';

/** The rules of the draft as a form, in evaluation order; both views change the same text. */
export function RulesForm({ draft }: { readonly draft: Draft }) {
  const known = useQuery(endpointQuery(costDimensions));
  const teams = useTeams() ?? [];
  const read = readDocument(draft.text, rulesKind);
  const rules = listFormRules(read.values);
  const names = [
    ...(known.data?.focusColumns ?? ['serviceName']),
    ...(known.data?.tagKeys ?? []).map((key) => `tag:${key}`),
  ];
  const dimensions = Object.fromEntries(names.map((name) => [name, dimensionLabel(name)]));
  if (read.values === null) {
    return (
      <div className={documentForm.problems}>
        <p>
          {draft.text.trim() === ''
            ? 'No draft yet. Start with the active rules, or open a file.'
            : 'The YAML cannot be shown as a form. Correct it in the YAML tab.'}
        </p>
        {draft.text.trim() !== '' && <ProblemList problems={read.problems} />}
      </div>
    );
  }
  const add = () =>
    draft.set(
      withRule(draft.text, {
        name: `rule-${rules.length + 1}`,
        match: { serviceName: '*' },
        subject: { team: teams[0] ?? 'team' },
      }),
    );
  return (
    <div className={styles.ruleForms}>
      <ol className={styles.ruleList} aria-label="Rules of the draft">
        {rules.map((rule, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identity but its place; its name is edited
          <li key={index} className={styles.ruleItem}>
            <RuleFields
              rule={rule}
              index={index}
              draft={draft}
              dimensions={dimensions}
              teams={teams}
              problems={read.problems}
            />
            <div className={styles.ruleButtons}>
              <button
                type="button"
                className={parts.button}
                disabled={index === 0}
                aria-label={`Move ${rule.name} up`}
                onClick={() => draft.set(moveRuleUp(draft.text, index, read.values))}
              >
                ↑
              </button>
              <button
                type="button"
                className={parts.button}
                aria-label={`Remove ${rule.name}`}
                onClick={() => draft.set(removeRule(draft.text, index))}
              >
                Remove
              </button>
            </div>
          </li>
        ))}
      </ol>
      <button type="button" className={parts.button} onClick={add}>
        Add rule
      </button>
      {read.hidden.length > 0 && (
        <p className={parts.note}>
          Not in this form, kept as they are: {read.hidden.join(', ')}. Edit them in the YAML tab.
        </p>
      )}
    </div>
  );
}
