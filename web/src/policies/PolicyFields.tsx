import { useQuery } from '@tanstack/react-query';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { roles } from '../../../src/platform/auth/schema.ts';
import type { PolicyManifestSpec } from '../../../src/tradeoff/gates/schema.ts';
import { endpointQuery } from '../client.ts';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { ListPart } from '../document-form/ListPart.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { useTeams } from '../frame/use-teams.ts';
import { PolicyCostFields } from './PolicyCostFields.tsx';
import { BLANK_APPROVAL, BLANK_COST, BLANK_QUALITY } from './policy-kind.ts';

const DIRECTIONS = { higher: 'Higher is better', lower: 'Lower is better' };
const BY = { others: 'Not the requester', anyone: 'Any account' };
const ROLES = Object.fromEntries(roles.map((role) => [role, role]));

interface PolicyFieldsProps {
  readonly form: DocumentForm<PolicyManifestSpec>;
  readonly isNew: boolean;
}

/** Fields of a gate policy: its model or team, quality and cost checks, and approvals. */
export function PolicyFields({ form, isNew }: PolicyFieldsProps) {
  const models = useQuery(endpointQuery(listModels, { query: {} }));
  const names = (models.data?.models ?? []).map(({ name }) => [name, name]);
  const teams = (useTeams() ?? []).map((name) => [name, name]);
  return (
    <>
      <div className={styles.fields}>
        {isNew && <FormField label="Name" value={form.read.name} problem={form.nameProblem} onChange={form.setName} />}
        <ValueField
          form={form}
          path={['model']}
          label="Model"
          options={{ '': 'No model', ...Object.fromEntries(names) }}
          hint="A model, or all models of a team."
        />
        <ValueField
          form={form}
          path={['team']}
          label="Team"
          options={{ '': 'No team', ...Object.fromEntries(teams) }}
        />
        <ValueField form={form} path={['alias']} label="Alias that a promotion moves" fallback="champion" />
        <ValueField form={form} path={['environment']} label="Environment" />
        <ValueField form={form} path={['currency']} label="Currency" isRequired />
      </div>
      <ListPart
        form={form}
        path={['quality']}
        title="Quality checks"
        what="quality check"
        blank={BLANK_QUALITY}
        entry={(at) => (
          <>
            <ValueField form={form} path={[...at, 'metric']} label="Metric" isRequired />
            <ValueField form={form} path={[...at, 'direction']} label="Direction" options={DIRECTIONS} isRequired />
            <ValueField form={form} path={[...at, 'floor']} label="Worst acceptable value" />
            <ValueField form={form} path={[...at, 'notWorseThanChampionBy']} label="Not worse than champion by" />
          </>
        )}
      />
      <ListPart
        form={form}
        path={['cost']}
        title="Cost checks"
        what="cost check"
        blank={BLANK_COST}
        entry={(at) => <PolicyCostFields form={form} at={at} />}
      />
      <ListPart
        form={form}
        path={['approvals']}
        title="Approvals"
        what="required approval"
        blank={BLANK_APPROVAL}
        entry={(at) => (
          <>
            <ValueField form={form} path={[...at, 'role']} label="Role" options={ROLES} isRequired />
            <ValueField form={form} path={[...at, 'by']} label="Given by" options={BY} fallback="others" />
          </>
        )}
      />
    </>
  );
}
