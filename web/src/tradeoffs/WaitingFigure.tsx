import type { WhatIfState } from '../../../src/tradeoff/frontier/schema.ts';
import { formatPercent } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import table from '../table/table.module.css';
import styles from './tradeoffs.module.css';

type Waiting = NonNullable<WhatIfState['latency']>;

/** Share of requests that wait longer than the SLO states, with its interval, and the result of the SLO. */
export function WaitingFigure({ waiting }: { readonly waiting: Waiting }) {
  const { share, lower, upper, slo, holdsSlo, at } = waiting;
  const percent = (ratio: number) => formatPercent(100 * ratio);
  const [sign, word, style] =
    holdsSlo === null
      ? (['?', 'inconclusive', styles.unproven] as const)
      : holdsSlo
        ? (['✓', 'passes', styles.accepted] as const)
        : (['✕', 'fails', styles.rejected] as const);
  return (
    <>
      {percent(share)}{' '}
      <span className={parts.interval}>
        ({percent(lower)} to {percent(upper)})
      </span>{' '}
      <span className={style}>
        {sign} {word}
      </span>
      <span className={table.subLine}>
        over {slo.waitSeconds} s, at most {percent(slo.missRatio)}, {at}
      </span>
    </>
  );
}
