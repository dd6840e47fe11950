import { Link } from '@tanstack/react-router';
import { decimal } from '../../../src/platform/units/schema.ts';
import type { ReturnRow, Returns } from '../../../src/tradeoff/returns/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { formatPayback } from './payback-text.ts';
import { DIMENSIONS } from './return-columns.tsx';

/** The subject with the most value and its payback, and how much cost has no value. */
export function ReturnsAnswer({ returns: { by, rows, costsWithoutValue } }: { readonly returns: Returns }) {
  const [best] = rows;
  const noun = DIMENSIONS[by].label.toLowerCase();
  if (best === undefined) return <>No {noun} with a cost or a value in these days.</>;
  if (best.value.total === null)
    return <>No value is recorded: {counted(costsWithoutValue.length, noun)} with cost only.</>;
  return (
    <>
      <BestSentence row={best} by={by} />{' '}
      {costsWithoutValue.length > 0 && <>{counted(costsWithoutValue.length, noun)} with cost and no known value.</>}
    </>
  );
}

function BestSentence({ row, by }: { readonly row: ReturnRow; readonly by: Returns['by'] }) {
  const { key, model, value, contribution, payback } = row;
  const name = key ?? DIMENSIONS[by].none;
  const payback_ = formatPayback(payback);
  const linked = by === 'model' && key !== null;
  return (
    <>
      {linked ? (
        <Link to="/returns/$model" params={{ model: key }} className={parts.textLink}>
          {name}
        </Link>
      ) : (
        `${model === null ? '' : `${model} `}${name}`
      )}{' '}
      earned {value.total !== null && <MoneyFigure money={value.total} />}
      {contribution.amount !== null && (
        <>
          , <MoneyFigure money={contribution.amount} strong /> after its cost to run
        </>
      )}
      {describePayback(payback.state, payback_)}
      {contribution.amount !== null && decimal(contribution.amount.amount).isNegative()
        ? ' It costs more than it earns.'
        : ''}
    </>
  );
}

function describePayback(state: ReturnRow['payback']['state'], date: string | null): string {
  if (date === null) return '.';
  return state === 'paid_back' ? `; paid back on ${date}.` : `; payback ${date}.`;
}
