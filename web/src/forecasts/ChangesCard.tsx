import { useState } from 'react';
import type { ForecastChange, LedgerForecast, LedgerForecasts } from '../../../src/finops/forecasts/schema.ts';
import { DAY_MS } from '../../../src/platform/units/durations.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { subjectText } from '../allocation/rule-text.ts';
import { formatMoneyDelta } from '../format/money.ts';
import { formatDay } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { AboutFigure } from './AboutFigure.tsx';
import { ChangeDialog } from './ChangeDialog.tsx';
import type { ForecastChanges } from './use-forecast-changes.ts';
import { subjectName } from './words.ts';

/** Sorts after every day. */
const NO_END = '9999';

interface ChangesCardProps {
  readonly forecasts: LedgerForecasts;
  /** The forecast that is drawn. */
  readonly drawn: LedgerForecast | undefined;
  readonly team: string | undefined;
  readonly changes: ForecastChanges;
}

/** Known changes that no bill shows yet. */
export function ChangesCard({ forecasts: all, drawn, team, changes }: ChangesCardProps) {
  const { changes: known, forecasts, standing } = all;
  const [adding, setAdding] = useState(false);
  const currency = forecasts[0]?.currency ?? 'USD';
  const through = standing === null ? Date.now() : Date.parse(`${standing.through}T00:00:00Z`);
  const next = new Date(through + DAY_MS).toISOString().slice(0, 10);
  return (
    <Card
      title="Known changes"
      note={<AddedNote drawn={drawn} />}
      flush
      actions={
        <button type="button" className={parts.button} onClick={() => setAdding(true)}>
          Add change…
        </button>
      }
    >
      {known.length === 0 ? (
        <EmptyState
          shows="Cost changes that no bill shows yet: a planned endpoint, a commitment that ends."
          why="No known change has been added."
          command='steelyard forecast change add --from 2026-12-01 --daily 240USD --team search --what "new endpoint"'
        />
      ) : (
        <ChangesTable known={known} changes={changes} />
      )}
      {adding && (
        <ChangeDialog currency={currency} from={next} team={team} changes={changes} onClose={() => setAdding(false)} />
      )}
    </Card>
  );
}

function nameScope({ subject, factor }: Pick<ForecastChange, 'subject' | 'factor'>): string {
  if (Object.keys(subject).length > 0) return subjectText(subject);
  return factor === null ? 'unallocated' : 'everything';
}

/** `+$240.00`, `× 1.5`. */
function byDayText({ dailyAmount, currency, factor }: Pick<ForecastChange, 'dailyAmount' | 'currency' | 'factor'>) {
  if (dailyAmount === null || currency === null) return `× ${factor ?? ''}`;
  return formatMoneyDelta({ amount: dailyAmount, currency });
}

/** With and without. */
function AddedNote({ drawn }: { readonly drawn: LedgerForecast | undefined }) {
  const estimate = drawn?.forecast;
  if (drawn === undefined || estimate == null || decimal(drawn.changes).isZero()) {
    return 'It is in the forecasts, and counts once when a bill has it.';
  }
  const { currency } = drawn;
  const without = decimalString(decimal(estimate.mean).minus(drawn.changes));
  return (
    <>
      Of {subjectName(drawn)} it is {formatMoneyDelta({ amount: drawn.changes, currency })} in the days to come:
      forecast <AboutFigure money={{ amount: estimate.mean, currency }} /> with it,{' '}
      <AboutFigure money={{ amount: without, currency }} /> without.
    </>
  );
}

function ChangesTable({
  known,
  changes,
}: {
  readonly known: readonly ForecastChange[];
  readonly changes: ForecastChanges;
}) {
  return (
    <SortableTable
      label="Known changes"
      rows={known}
      columns={[
        { head: 'Description', by: (one) => one.what },
        { head: 'Per day', by: (one) => one.dailyAmount, numeric: true },
        { head: 'From', by: (one) => one.from },
        { head: 'Until', by: (one) => one.until ?? NO_END, className: table.wideOnly },
        { head: 'Scope', by: nameScope, className: table.wideOnly },
        {
          head: 'Added by',
          by: (one) => (one.origin === 'bill' ? 'the bill' : one.addedBy),
          className: table.wideOnly,
        },
        { hiddenHead: 'Actions' },
      ]}
      row={({ change, what, from, until, subject, addedBy, origin, isOn, ...by }) => (
        <tr key={change}>
          <th scope="row">
            {what}
            {!isOn && <span className={layout.sub}>not in the forecasts</span>}
          </th>
          <td className={table.number}>{byDayText(by)}</td>
          <td>{formatDay(from)}</td>
          <td className={table.wideOnly}>{until === null ? 'no end' : formatDay(until)}</td>
          <td className={table.wideOnly}>{nameScope({ subject, factor: by.factor })}</td>
          <td className={table.wideOnly}>{origin === 'bill' ? 'the bill' : addedBy}</td>
          <td className={table.number}>
            {origin === 'bill' ? (
              <button
                type="button"
                className={parts.button}
                disabled={changes.busy}
                aria-label={`${isOn ? 'Exclude' : 'Include'} ${what}`}
                onClick={() => changes.turn.mutate({ change, isOn: !isOn })}
              >
                {isOn ? 'Exclude' : 'Include'}
              </button>
            ) : (
              <button
                type="button"
                className={parts.button}
                disabled={changes.busy}
                aria-label={`Remove ${what}`}
                onClick={() => changes.remove.mutate(change)}
              >
                Remove
              </button>
            )}
          </td>
        </tr>
      )}
    />
  );
}
