import { type DocumentProblem, readDocument } from '../document-form/document.ts';
import documentForm from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import parts from '../parts/parts.module.css';
import { type FormCondition, type FormRule, rulesKind, setCondition, setRuleField } from './rule-form.ts';
import type { Draft } from './use-draft.ts';

interface RuleFieldsProps {
  readonly rule: FormRule;
  readonly index: number;
  readonly draft: Draft;
  /** Labels of the dimensions of bill rows. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly teams: readonly string[];
  readonly problems: readonly DocumentProblem[];
}

/** One rule: its name, its conditions, and the team and project that receive the cost. */
export function RuleFields({ rule, index, draft, dimensions, teams, problems }: RuleFieldsProps) {
  const { name, conditions, receiver, hidden } = rule;
  const find = (field: string) => problems.find(({ path }) => path.startsWith(`spec.rules.${index}.${field}`))?.message;
  const change = (before: string, condition: FormCondition) =>
    draft.set(setCondition(draft.text, index, before, condition, readDocument(draft.text, rulesKind).values));
  const options = (dimension: string) => ({ ...dimensions, [dimension]: dimensions[dimension] ?? dimension });
  return (
    <div className={documentForm.fields}>
      <FormField
        label="Rule"
        value={name}
        problem={find('name')}
        onChange={(value) => draft.set(setRuleField(draft.text, index, ['name'], value))}
      />
      {conditions.map(({ dimension, values }) =>
        values === null ? null : (
          <FormField
            key={`${dimension} dimension`}
            label="Matches"
            value={dimension}
            options={options(dimension)}
            onChange={(chosen) => change(dimension, { dimension: chosen, values })}
          />
        ),
      )}
      {conditions.map(({ dimension, values }) =>
        values === null ? (
          <p key={dimension} className={parts.note}>
            Condition on {dimensions[dimension] ?? dimension}: edit it in the YAML tab.
          </p>
        ) : (
          <FormField
            key={`${dimension} value`}
            label={`${dimensions[dimension] ?? dimension} is one of`}
            value={values}
            problem={find(`match.${dimension}`)}
            onChange={(typed) => change(dimension, { dimension, values: typed })}
          />
        ),
      )}
      {receiver !== null && (
        <>
          <FormField
            label="Team"
            value={receiver.team}
            options={Object.fromEntries(
              ['', ...new Set([...teams, receiver.team])].map((one) => [one, one === '' ? 'None' : one]),
            )}
            problem={find('subject')}
            onChange={(chosen) => draft.set(setRuleField(draft.text, index, ['subject', 'team'], chosen))}
          />
          <FormField
            label="Project"
            value={receiver.project}
            onChange={(typed) => draft.set(setRuleField(draft.text, index, ['subject', 'project'], typed))}
          />
        </>
      )}
      {hidden.length > 0 && <p className={parts.note}>Kept, edit in the YAML tab: {hidden.join(', ')}.</p>}
    </div>
  );
}
