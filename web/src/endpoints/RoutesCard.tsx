import { useMemo } from 'react';
import type { EndpointDetail, EndpointRouteStatus } from '../../../src/mlops/serving/schema.ts';
import { formatCount, formatPercent } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { DataTable, type GridColumn } from '../table/DataTable.tsx';
import styles from './endpoints.module.css';
import { Per1000 } from './Per1000.tsx';
import { explainNoShare, listStages, type StageRow } from './route-rows.ts';
import { shareText } from './words.ts';

const OTHER_RULE = 'Requests are counted by variant: they are in the first rule of this variant.';
const NO_ESCALATION = 'The answer is always accepted.';

/** Cascades and routers of the live revision with their stages and rules; nothing where it has none. */
export function RoutesCard({ endpoint: { name, routes } }: { readonly endpoint: EndpointDetail }) {
  const stages = useMemo(() => listStages(routes), [routes]);
  if (routes.length === 0) return null;
  return (
    <>
      <Card
        title="Routes"
        note="Requests of the last 24 hours, shadow copies included; cost of the last seven days, metered: every variant that received a request is counted."
        flush
      >
        <DataTable
          label={`Routes of ${name}`}
          openHint="Arrow keys move"
          columns={ROUTES}
          rows={routes}
          rowId={({ route }) => route}
          onOpen={() => undefined}
        />
      </Card>
      <Card title="Stages and rules" note="In order of evaluation, last 24 hours." flush>
        <DataTable
          label={`Stages and rules of ${name}`}
          openHint="Arrow keys move"
          columns={STAGES}
          rows={stages}
          rowId={({ id }) => id}
          onOpen={() => undefined}
        />
      </Card>
    </>
  );
}

const ROUTES: GridColumn<EndpointRouteStatus>[] = [
  { id: 'route', header: 'Route', cell: ({ route }) => route, compare: compareTexts((a) => a.route) },
  {
    ...{ id: 'requests', header: 'Requests', numeric: true },
    cell: ({ requests }) => formatCount(requests),
    compare: (a, b) => a.requests - b.requests,
  },
  {
    ...{ id: 'escalated', header: 'Escalated', numeric: true },
    cell: (route) =>
      route.escalatedShare === null ? (
        <Unknown reason={explainNoShare(route) ?? ''} />
      ) : (
        formatPercent(route.escalatedShare * 100)
      ),
    compare: compareNumbers((a) => a.escalatedShare),
  },
  {
    ...{ id: 'per1000', header: 'Per 1,000', numeric: true },
    cell: ({ per1000: { cost, reason } }) => <Per1000 money={cost} unpriced={[]} reason={reason} />,
    compare: compareAmounts((a) => a.per1000.cost?.amount),
  },
  {
    ...{ id: 'share', header: 'Share', numeric: true },
    cell: ({ weight, shadow }) => (
      <>
        {shareText(weight)}
        {shadow > 0 && <span className={styles.sub}>shadow of {shareText(shadow)}</span>}
      </>
    ),
    compare: (a, b) => a.weight - b.weight,
  },
  { id: 'kind', header: 'Kind', cell: ({ kind }) => kind, compare: compareTexts((a) => a.kind) },
];

function countOf(id: 'asked' | 'escalated' | 'failed', header: string, reason: string): GridColumn<StageRow> {
  return {
    ...{ id, header, numeric: true },
    cell: (row) => {
      const count = row[id];
      return count === null ? <Unknown reason={reason} /> : formatCount(count);
    },
    compare: compareNumbers((a) => a[id]),
  };
}

const STAGES: GridColumn<StageRow>[] = [
  {
    ...{ id: 'stage', header: 'Stage or rule' },
    cell: ({ route, place }) => `${route} ${place}`,
    compare: compareTexts(({ route, place }) => `${route} ${place}`),
  },
  {
    ...{ id: 'variant', header: 'Variant' },
    cell: ({ variant }) => variant,
    compare: compareTexts((a) => a.variant),
  },
  countOf('asked', 'Asked', OTHER_RULE),
  countOf('escalated', 'Escalated', NO_ESCALATION),
  countOf('failed', 'Failed', OTHER_RULE),
  { id: 'rule', header: 'Condition', cell: ({ rule }) => rule, compare: compareTexts((a) => a.rule) },
];
