import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { listPolicies, type StatedPolicy } from '../../../src/tradeoff/gates/schema.ts';
import { endpointQuery } from '../client.ts';
import { DocumentDialog } from '../document-form/DocumentDialog.tsx';
import { DocumentNotice } from '../document-form/DocumentNotice.tsx';
import { formatDocument } from '../document-form/document.ts';
import { useDocumentApply } from '../document-form/use-document-apply.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { PolicyFields } from '../policies/PolicyFields.tsx';
import { NEW_POLICY, policyKind } from '../policies/policy-kind.ts';
import { CommandCard } from './CommandCard.tsx';
import { describeCostRules, describeQualityRules } from './policy-rules.ts';
import { SettingsTable } from './SettingsTable.tsx';

const TABLE_HEIGHT = 200;

const COMMANDS = [
  { command: 'steelyard apply -f policy.yaml', effect: 'Add or change a policy (kind: Policy)' },
  { command: 'steelyard policy list', effect: 'List the policies' },
];

/** Gate policies: the requirements of quality and cost before a version is promoted. */
export function PoliciesPage() {
  const policies = useQuery(endpointQuery(listPolicies));
  const apply = useDocumentApply();
  const [edited, setEdited] = useState<{ readonly isNew: boolean; readonly text: string } | null>(null);
  const edit = ({ name, spec }: StatedPolicy) =>
    setEdited({ isNew: false, text: formatDocument('Policy', name, spec) });
  const answer = () => {
    if (policies.data === undefined)
      return policies.isError ? describeReadError(policies.error, 'The policies') : <AnswerPending />;
    const all = policies.data.policies;
    if (all.length === 0) return 'No gate policy: no version is checked before it is promoted.';
    const models = new Set(all.flatMap(({ spec }) => (spec.model === undefined ? [] : [spec.model])));
    const teams = new Set(all.flatMap(({ spec }) => (spec.team === undefined ? [] : [spec.team])));
    const where = [counted(models.size, 'model'), ...(teams.size === 0 ? [] : [counted(teams.size, 'team')])];
    return `${counted(all.length, 'gate policy', 'gate policies')} for ${where.join(' and ')}.`;
  };
  return (
    <Page title="Policies" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        <DocumentNotice apply={apply} />
        <Card
          title="Gate policies"
          note="Requirements that a version must meet before it is promoted."
          actions={
            <button type="button" className={parts.button} onClick={() => setEdited({ isNew: true, text: NEW_POLICY })}>
              New policy…
            </button>
          }
          flush
        >
          <Loaded query={policies} what="The policies" height={TABLE_HEIGHT}>
            {(data) =>
              data.policies.length === 0 ? (
                <EmptyState
                  shows="Each policy with its model or team and its checks."
                  why="There is no policy yet. Create one here, or apply a document."
                  command="steelyard apply -f policy.yaml"
                />
              ) : (
                <SettingsTable
                  label="Gate policies"
                  head={['Policy', 'Applies to', 'Quality', 'Cost', 'Version', '']}
                  numeric={[4]}
                  rows={data.policies.map((policy) => toRow(policy, edit))}
                />
              )
            }
          </Loaded>
        </Card>
        <CommandCard title="Change policies" commands={COMMANDS} />
        {edited !== null && (
          <DocumentDialog
            title={edited.isNew ? 'New policy' : 'Edit policy'}
            kind={policyKind}
            initial={edited.text}
            isNew={edited.isNew}
            change={apply.change}
            onClose={() => setEdited(null)}
            fields={(form) => <PolicyFields form={form} isNew={edited.isNew} />}
          />
        )}
      </div>
    </Page>
  );
}

function toRow(policy: StatedPolicy, edit: (policy: StatedPolicy) => void) {
  const { name, policyVersion, spec } = policy;
  const { model, team, alias } = spec;
  const appliesTo =
    model === undefined ? (
      `Team ${team}`
    ) : (
      <Link to="/models/$model" params={{ model }} className={parts.textLink}>
        {model}
      </Link>
    );
  const button = (
    <button key="edit" type="button" className={parts.button} onClick={() => edit(policy)}>
      Edit…<span className="visually-hidden"> {name}</span>
    </button>
  );
  return {
    key: name,
    cells: [
      name,
      <span key="where">
        {appliesTo} <span className={layout.sub}>@{alias}</span>
      </span>,
      <Rules key="quality" texts={describeQualityRules(spec)} />,
      <Rules key="cost" texts={describeCostRules(spec)} />,
      policyVersion,
      button,
    ],
    values: { 1: model ?? `Team ${team}` },
  };
}

/** Requirements, one a line. */
function Rules({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return 'none';
  return texts.map((text) => <div key={text}>{text}</div>);
}
