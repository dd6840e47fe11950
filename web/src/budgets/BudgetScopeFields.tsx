import { Purpose } from '../../../src/org/schema.ts';
import styles from '../document-form/document-form.module.css';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { toOptions, useScopeOptions } from './use-scope-options.ts';

/** Scope of a budget, picked from the known teams, projects, models and pipelines. */
export function BudgetScopeFields({
  form,
}: {
  readonly form: Pick<DocumentForm<unknown>, 'get' | 'set' | 'findProblem'>;
}) {
  const options = useScopeOptions();
  const team = form.get(['subject', 'team']);
  const projects = options.projects.filter((project) => team === undefined || project.team === team);
  const pick = (field: string, label: string, any: string, names: readonly string[]) => (
    <ValueField form={form} path={['subject', field]} label={label} options={toOptions(any, names)} />
  );
  return (
    <fieldset className={styles.part}>
      <legend>Applies to costs matching all filters. Leave empty for all costs.</legend>
      <div className={styles.fields}>
        {pick('team', 'Team', 'All teams', options.teams)}
        {pick(
          'project',
          'Project',
          'All projects',
          projects.map(({ name }) => name),
        )}
        {pick('model', 'Model', 'All models', options.models)}
        {pick('pipeline', 'Pipeline', 'All pipelines', options.pipelines)}
        {pick('environment', 'Environment', 'All environments', options.environments)}
        {pick('purpose', 'Purpose', 'All purposes', Purpose.options)}
        <ValueField form={form} path={['subject', 'experiment']} label="Experiment id" />
        <ValueField form={form} path={['subject', 'run']} label="Run id" />
      </div>
    </fieldset>
  );
}
