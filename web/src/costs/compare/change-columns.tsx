import type { ExplainedGroup } from '../../../../src/finops/costs/explain/schema.ts';
import { decimal } from '../../../../src/platform/units/schema.ts';
import { dimensionLabel, dimensionValue } from '../../format/dimension.ts';
import { changeOn, formatRatio } from '../../format/number.ts';
import { MoneyDelta } from '../../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../../parts/MoneyFigure.tsx';
import { Swatch } from '../../parts/Swatch.tsx';
import { Unknown } from '../../parts/Unknown.tsx';
import type { GridColumn } from '../../table/DataTable.tsx';
import table from '../../table/table.module.css';
import { OTHER_COLOUR } from '../../theme/category-colours.ts';
import { groupId } from '../stack.ts';
import styles from './compare.module.css';
import { EFFECT_TEXT, STEPS, type Step, stepAmount } from './steps.ts';
import type { ExplanationInView } from './use-explanation.ts';

export type ChangeRow = ExplainedGroup;
type Column = GridColumn<ChangeRow>;

interface ChangeColumnsInput {
  readonly groups: readonly ChangeRow[];
  readonly dimensions: readonly string[];
  readonly colours: ReadonlyMap<string, string>;
  readonly total: ExplanationInView['total'];
  readonly currency: string;
  readonly beforeText: string;
  readonly afterText: string;
}

/**
 * Dimensions, cost before and after, change in money and per cent, its share of the total change, and the steps that
 * occur.
 */
export function changeColumns(input: ChangeColumnsInput): Column[] {
  const { total, currency, beforeText, afterText } = input;
  const amounts = (id: string, header: string, of: (row: ChangeRow) => string, whole: string | undefined): Column => ({
    id,
    header,
    numeric: true,
    compare: (a, b) => decimal(of(a)).cmp(of(b)),
    cell: (row) => <MoneyFigure money={{ amount: of(row), currency }} />,
    footer: whole !== undefined && <MoneyFigure money={{ amount: whole, currency }} />,
  });
  return [
    ...input.dimensions.map((dimension, place) => dimensionColumn(dimension, place, input)),
    amounts('before', beforeText, (row) => row.before, total?.before),
    amounts('after', afterText, (row) => row.after, total?.after),
    changeColumn(currency, total),
    shareColumn(total),
    ...stepsThere(input.groups).map((step) =>
      deltaColumn(
        step,
        EFFECT_TEXT[step].label,
        (row) => stepAmount(row.effects, step),
        currency,
        total === undefined ? undefined : stepAmount(total.effects, step),
      ),
    ),
  ];
}

function dimensionColumn(dimension: string, place: number, { dimensions, colours }: ChangeColumnsInput): Column {
  const text = ({ values }: ChangeRow) => dimensionValue(dimension, values[dimension] ?? null);
  return {
    id: dimension,
    header: dimensionLabel(dimension),
    compare: (a, b) => text(a).localeCompare(text(b)),
    footer: place === 0 ? 'Total' : '',
    cell: (row) => (
      <span className={table.named}>
        {place === 0 && <Swatch variable={colours.get(groupId(row.values, dimensions)) ?? OTHER_COLOUR} />}
        <span className={row.values[dimension] == null ? table.none : undefined}>{text(row)}</span>
      </span>
    ),
  };
}

/** Steps with an effect on any group; a column of zeros is left out. */
function stepsThere(groups: readonly ChangeRow[]): readonly Step[] {
  return STEPS.filter((step) => groups.some(({ effects }) => !decimal(stepAmount(effects, step)).isZero()));
}

function changeColumn(currency: string, total: ExplanationInView['total']): Column {
  const cell = ({ before, after, change }: Pick<ChangeRow, 'before' | 'after' | 'change'>) => (
    <>
      <MoneyDelta money={{ amount: change, currency }} /> <Percent before={before} after={after} />
    </>
  );
  return {
    id: 'change',
    header: 'Change',
    numeric: true,
    compare: (a, b) => decimal(a.change).cmp(b.change),
    cell,
    footer: total !== undefined && <span data-testid="change-total">{cell(total)}</span>,
  };
}

function deltaColumn(
  id: string,
  header: string,
  of: (row: ChangeRow) => string,
  currency: string,
  whole: string | undefined,
): Column {
  return {
    id,
    header,
    numeric: true,
    compare: (a, b) => decimal(of(a)).cmp(of(b)),
    // A zero step is printed as a plain 0.
    cell: (row) =>
      decimal(of(row)).isZero() ? (
        <span className={table.sub}>0</span>
      ) : (
        <MoneyDelta money={{ amount: of(row), currency }} />
      ),
    footer: whole !== undefined && <MoneyDelta money={{ amount: whole, currency }} />,
  };
}

const ARROWS = { up: '↑', down: '↓', level: '→' } as const;

function Percent({ before, after }: { readonly before: string; readonly after: string }) {
  const { direction, percent } = changeOn(after, before);
  if (percent === null) {
    return direction === 'level' ? null : <span className={styles.percent}>new</span>;
  }
  return (
    <span className={styles.percent}>
      <span aria-hidden="true">{ARROWS[direction]} </span>
      <span className="visually-hidden">{direction} </span>
      {percent}
    </span>
  );
}

function shareColumn(total: ExplanationInView['total']): Column {
  return {
    id: 'share',
    header: 'Share of the change',
    numeric: true,
    compare: (a, b) => decimal(a.change).cmp(b.change),
    cell: (row) => formatRatio(row.change, total?.change ?? '0') ?? <Unknown reason="The total did not change." />,
    footer: total !== undefined && !decimal(total.change).isZero() && '100\u00a0%',
  };
}
