import { useQuery } from '@tanstack/react-query';
import { listPurchaseTerms } from '../../../src/tradeoff/recommendations/purchases/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

const TERMS_FILE = 'terms.yaml';
const TERMS_COMMAND = `steelyard apply -f ${TERMS_FILE}`;
const TERMS_EXAMPLE = `apiVersion: steelyard/v1
kind: PurchaseTerms
metadata: {name: aws}
spec:
  currency: USD
  commitments:
    - name: g5-1y
      resource: g5.xlarge
      filter: [skuId=SKU]
      committedPerHour: '0.634'
  spot:
    - name: us-east-1
      resource: g5.xlarge
      perHour: '0.42'
      save: 3m
      restart: 6m
      meanHours: 6
  serving:
    - endpoint: ranker
      latency: 250ms
      profile:
        - {type: g6.xlarge, requestsPerSecond: 30, latencyMs: 180}
`;

const HEIGHT = 420;

/** Purchase terms from a person. Without them, no recommendation covers spot, commitments or other hardware. */
export function TermsCard() {
  const terms = useQuery(endpointQuery(listPurchaseTerms, {}));
  return (
    <Card title="Purchase terms" flush>
      <Loaded query={terms} what="The terms" height={HEIGHT}>
        {(data) => (data.terms.length === 0 ? <NoTerms /> : <Terms terms={data.terms} />)}
      </Loaded>
    </Card>
  );
}

function NoTerms() {
  return (
    <EmptyState
      shows="Spot capacity, commitments and cheaper hardware, each with its saving for your usage and traffic."
      why={`No purchase terms have been applied, and none are assumed. Write your prices into ${TERMS_FILE}, leave out the sections that you do not need, and apply it.`}
      command={TERMS_COMMAND}
    >
      <ExampleFile name={TERMS_FILE} text={TERMS_EXAMPLE} />
    </EmptyState>
  );
}

interface TermsProps {
  readonly terms: readonly {
    readonly name: string;
    readonly appliedAt: string;
    readonly commitments: readonly string[];
    readonly spot: readonly string[];
    readonly serving: readonly string[];
  }[];
}

function Terms({ terms }: TermsProps) {
  const formatNames = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
  return (
    <SortableTable
      label="Purchase terms"
      rows={terms}
      columns={[
        { head: 'Terms', by: (one) => one.name },
        { head: 'Commitments', by: (one) => one.commitments.join(', ') },
        { head: 'Spot', by: (one) => one.spot.join(', ') },
        { head: 'Served models', by: (one) => one.serving.join(', ') },
        { head: 'Applied', by: (one) => one.appliedAt, className: table.wideOnly },
      ]}
      row={({ name, appliedAt, commitments, spot, serving }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{formatNames(commitments)}</td>
          <td>{formatNames(spot)}</td>
          <td>{formatNames(serving)}</td>
          <td className={table.wideOnly}>{formatInstant(appliedAt)}</td>
        </tr>
      )}
    />
  );
}
