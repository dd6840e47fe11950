import { useInfiniteQuery } from '@tanstack/react-query';
import { listIssuedStatements } from '../../../src/finops/statements/schema.ts';
import { endpointPages } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import type { Cost } from './amounts.ts';
import { IssuedTable } from './IssuedTable.tsx';
import { teamParam } from './words.ts';

const HEIGHT = 120;
const HEADER = ['number', 'team', 'period', 'revision', 'corrects', 'issuedAt', 'issuedBy', 'why', 'rulesVersion'];

interface IssuedCardProps {
  readonly period: string;
  /** Only of this team; null for unallocated cost, undefined for all. */
  readonly team?: string | null | undefined;
  readonly cost: Cost;
}

/** The statements of a month that were issued: final, numbered, each as it was issued. */
export function IssuedCard({ period, team, cost }: IssuedCardProps) {
  const asked = team === undefined ? { period } : { period, team: teamParam(team) };
  const pages = useInfiniteQuery(endpointPages(listIssuedStatements, asked));
  const issued = pages.data?.pages.flatMap((page) => page.statements);
  const csv = () =>
    toCsv(
      [...HEADER, 'billedCost', 'effectiveCost', 'currency'],
      (issued ?? []).flatMap((one) =>
        one.totals.map((total) => [
          ...[String(one.number), one.team, one.period, String(one.revision)],
          ...[one.corrects === null ? null : String(one.corrects), one.issuedAt, one.issuedBy, one.why],
          ...[String(one.rulesVersion), total.billedCost, total.effectiveCost, total.currency],
        ]),
      ),
    );
  return (
    <Card
      title="Issued statements"
      note={
        issued === undefined || issued.length === 0
          ? 'Issued statements are final; a correction is a new one'
          : `${counted(issued.length, 'statement')} of ${formatMonth(period)}, newest first; final, each as it was issued`
      }
      actions={
        issued !== undefined &&
        issued.length > 0 && <CsvButton name={`issued-${period}`} what="the issued statements" text={csv} />
      }
      flush
    >
      <Loaded
        query={{ data: issued, error: pages.error, refetch: pages.refetch }}
        what="The issued statements"
        height={HEIGHT}
      >
        {(found) =>
          found.length === 0 ? (
            <EmptyState
              shows="Statements that were issued, with their number, who issued them and why."
              why={`No statement has been issued for ${formatMonth(period)}. The figures above are showback: they follow the bill.`}
            />
          ) : (
            <IssuedTable statements={found} cost={cost} />
          )
        }
      </Loaded>
      {pages.hasNextPage && (
        <div className={parts.pager}>
          <button type="button" className={parts.button} onClick={() => void pages.fetchNextPage()}>
            Show older ones
          </button>
        </div>
      )}
    </Card>
  );
}
