import { Link } from '@tanstack/react-router';
import type { EndpointScaling, ScaledVariant } from '../../../src/mlops/serving/autoscaling/schema.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { formatDuration } from '../runs/duration.ts';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './endpoints.module.css';
import { useScaling } from './use-rollout.ts';

const MAX_ROWS = 12;

const POLICIES: Readonly<Record<ScaledVariant['policy'], string>> = {
  slo: 'by SLO and price',
  hpa: 'as Kubernetes does (hpa)',
  kpa: 'as Knative does (kpa)',
  fixed: 'fixed',
};

function priceTip({ price }: ScaledVariant): string {
  if (price === null) return 'The cost of a replica is not known: its resources have no price.';
  return `A replica costs ${price.amount}${price.currency === null ? '' : ` ${price.currency}`} an hour (${price.source}).`;
}

/** Wanted number of replicas with its reason, and earlier scaling decisions. */
export function ScalingCard({ endpoint }: { readonly endpoint: string }) {
  const { data } = useScaling(endpoint);
  if (data === undefined || data.variants.length === 0) return null;
  return (
    <Card title="Replica scaling" note={describeDecisions(data)} flush>
      <SortableTable
        label={`Scaling of ${endpoint}`}
        rows={data.variants}
        columns={[
          { head: 'Variant', by: (one) => one.variant },
          { head: 'Replicas', by: (one) => one.ready },
          { head: 'Limits', by: (one) => one.min, numeric: true, className: table.wideOnly },
          { head: 'Follows demand', by: (one) => POLICIES[one.policy], className: table.wideOnly },
          { head: 'Start time', by: (one) => one.coldStartSeconds, numeric: true, className: table.wideOnly },
          { head: 'Reason', by: (one) => one.reason },
        ]}
        row={(one) => (
          <tr key={`${one.variant} ${one.version}`}>
            <th scope="row">
              {one.variant}, version {one.version}
            </th>
            <td>
              Ready {one.ready} of {one.wanted}
            </td>
            <td className={`${table.number} ${table.wideOnly}`}>
              {one.min} and {one.max}
            </td>
            <td className={table.wideOnly}>
              <span data-tip={priceTip(one)}>{POLICIES[one.policy]}</span>
            </td>
            <td className={`${table.number} ${table.wideOnly}`}>
              <span data-tip={one.coldStartMeasured ? 'Measured.' : 'From the document; not measured yet.'}>
                {formatDuration(one.coldStartSeconds * 1000)}
              </span>
            </td>
            <td className={styles.why}>
              {one.reason}
              <Limit budget={one.limitedBy} />
            </td>
          </tr>
        )}
      />
      <Decisions endpoint={endpoint} scaling={data} />
    </Card>
  );
}

function Decisions({
  endpoint,
  scaling: { decisions },
}: {
  readonly endpoint: string;
  readonly scaling: EndpointScaling;
}) {
  if (decisions.length === 0) return null;
  return (
    <SortableTable
      label={`Scaling decisions of ${endpoint}`}
      rows={decisions}
      most={MAX_ROWS}
      columns={[
        { head: 'Decided', by: (one) => one.at },
        { head: 'Variant', by: (one) => one.variant, className: table.wideOnly },
        { head: 'Replicas', by: (one) => one.to, numeric: true },
        { head: 'Reason', by: (one) => one.reason },
      ]}
      row={(one) => (
        <tr key={`${one.at} ${one.variant} ${one.version} ${one.to}`}>
          <th scope="row">
            <Instant at={one.at} />
          </th>
          <td className={table.wideOnly}>
            {one.variant}, version {one.version}
          </td>
          <td className={table.number}>
            {one.from} → {one.to}
          </td>
          <td className={styles.why}>
            {one.reason}
            <Limit budget={one.limitedBy} />
          </td>
        </tr>
      )}
    />
  );
}

function Limit({ budget }: { readonly budget: string | null }) {
  if (budget === null) return null;
  return (
    <span className={styles.sub}>
      The budget{' '}
      <Link to="/budgets/$budget" params={{ budget }} className={parts.textLink}>
        {budget}
      </Link>{' '}
      allows no more.
    </span>
  );
}

function describeDecisions({ decisions }: EndpointScaling): string {
  if (decisions.length === 0) return 'No scaling decision yet.';
  return decisions.length > MAX_ROWS
    ? `The latest ${MAX_ROWS} of ${counted(decisions.length, 'decision')}`
    : 'Decisions below, latest first';
}
