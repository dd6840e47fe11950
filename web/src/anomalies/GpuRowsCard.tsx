import { Link } from '@tanstack/react-router';
import type { AnomalyDetail, AnomalyEvidence, AnomalyRow } from '../../../src/finops/anomalies/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { ChangesTable } from './ChangesTable.tsx';

interface GpuRowsCardProps {
  readonly anomaly: AnomalyDetail;
  readonly evidence: AnomalyEvidence;
  readonly currency: string;
}

/** The GPUs behind it, by owner: their readings are on the page of GPUs. */
export function GpuRowsCard({ anomaly, evidence, currency }: GpuRowsCardProps) {
  const { rows, cost } = evidence;
  const what = anomaly.measure === 'gpu_idle_cost' ? 'idle' : 'unused';
  return (
    <Card
      title="GPUs of this anomaly"
      note={`${counted(rows.length, 'GPU and owner', 'GPUs and owners')}, largest change first: cost of ${what} hours.`}
      flush
      actions={
        <>
          <Link to="/gpus" className={parts.button}>
            All GPUs
          </Link>
          <CsvButton name={`${anomaly.id}-gpus`} what="the GPUs" text={() => gpusCsv(rows, currency)} />
        </>
      }
    >
      <ChangesTable
        label="GPUs of this anomaly"
        of="GPU"
        lines={rows.map((row) => ({
          key: JSON.stringify(row.values),
          name: (
            <>
              {row.values.gpu ?? 'GPUs'}
              <span className={layout.sub}>{formatOwner(row)}</span>
            </>
          ),
          amounts: row,
        }))}
        together={cost}
        currency={currency}
      />
    </Card>
  );
}

function formatOwner({ values }: AnomalyRow): string {
  const named = ['team', 'model', 'endpoint'].flatMap((name) => values[name] ?? []);
  return named.length === 0 ? 'unknown owner' : named.join(', ');
}

function gpusCsv(rows: readonly AnomalyRow[], currency: string): string {
  return toCsv(
    ['gpu', 'team', 'model', 'endpoint', 'expected', 'actual', 'change', 'currency'],
    rows.map(({ values, expected, actual, change }) => [
      ...['gpu', 'team', 'model', 'endpoint'].map((name) => values[name] ?? null),
      ...[expected, actual, change, currency],
    ]),
  );
}
