import { useQuery } from '@tanstack/react-query';
import { listRetention } from '../../../src/mlops/retention/schema.ts';
import { previewTables, type TableRetention } from '../../../src/platform/retention/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted, formatBytes, formatCount } from '../format/number.ts';
import { formatDate } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { CommandCard } from './CommandCard.tsx';
import { SettingsTable } from './SettingsTable.tsx';

const TABLE_HEIGHT = 300;
const POLICIES_HEIGHT = 120;

const NAMES: Readonly<Record<TableRetention['table'], string>> = {
  predictions: 'Predictions',
  labels: 'Labels',
  shadowPredictions: 'Shadow predictions',
  gpuReadings: 'GPU readings',
  rawBills: 'Raw bill files',
  supersededDeliveries: 'Superseded deliveries',
};

const COMMANDS = [
  {
    command: 'STEELYARD_GPU_READING_DAYS=30 steelyard serve',
    effect: 'Change the days of a table, by its setting at start',
  },
  { command: 'steelyard retention tables', effect: 'Preview the deletion of other numbers of days' },
  { command: 'steelyard apply -f retention.yaml', effect: 'Add a policy for old runs (kind: Retention)' },
];

/** Retention by age of the tables, and the policies for old runs. */
export function RetentionPage() {
  const tables = useQuery(endpointQuery(previewTables));
  const policies = useQuery(endpointQuery(listRetention));
  const answer = () => {
    if (tables.data === undefined)
      return tables.isError ? describeReadError(tables.error, 'The retention') : <AnswerPending />;
    const limited = tables.data.tables.filter(({ keepDays }) => keepDays !== null);
    const bytes = tables.data.tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const due = bytes === 0 ? 'nothing is due for deletion' : `${formatBytes(bytes)} are due for deletion`;
    return `${limited.length} of ${counted(tables.data.tables.length, 'table')} ${limited.length === 1 ? 'is' : 'are'} deleted by age; ${due}.`;
  };
  return (
    <Page title="Retention" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        <Card title="Deletion by age" flush>
          <Loaded query={tables} what="The retention" height={TABLE_HEIGHT}>
            {(data) => (
              <SettingsTable
                label="Retention by table"
                head={['Table', 'Kept for', 'Setting', 'Due now', 'Size', 'Before']}
                numeric={[3, 4]}
                rows={data.tables.map(({ table, keepDays, setting, rows, sizeBytes, before }) => ({
                  key: table,
                  cells: [
                    NAMES[table],
                    keepDays === null ? 'Unlimited' : counted(keepDays, 'day'),
                    <code key="setting">{setting}</code>,
                    `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`,
                    formatBytes(sizeBytes),
                    before === null ? '–' : formatDate(before),
                  ],
                  values: { 1: keepDays ?? Number.MAX_SAFE_INTEGER, 2: setting, 3: rows, 4: sizeBytes, 5: before },
                }))}
              />
            )}
          </Loaded>
        </Card>
        <Card title="Policies for old runs" flush>
          <Loaded query={policies} what="The policies" height={POLICIES_HEIGHT}>
            {(data) =>
              data.policies.length === 0 ? (
                <EmptyState
                  shows="Policies that remove the artifacts of old runs after a confirmation."
                  why="There is no retention policy."
                  command="steelyard apply -f retention.yaml"
                />
              ) : (
                <SettingsTable
                  label="Retention policies"
                  head={['Policy']}
                  rows={data.policies.map(({ policy }) => ({ key: policy, cells: [policy] }))}
                />
              )
            }
          </Loaded>
        </Card>
        <CommandCard title="Change retention" commands={COMMANDS} />
      </div>
    </Page>
  );
}
