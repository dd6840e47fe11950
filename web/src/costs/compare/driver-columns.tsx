import type { Driver } from '../../../../src/finops/costs/explain/schema.ts';
import { decimal } from '../../../../src/platform/units/schema.ts';
import { dimensionLabel } from '../../format/dimension.ts';
import { formatMeasure } from '../../format/number.ts';
import { MoneyDelta } from '../../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../../parts/MoneyFigure.tsx';
import { Unknown } from '../../parts/Unknown.tsx';
import type { GridColumn } from '../../table/DataTable.tsx';
import table from '../../table/table.module.css';
import { groupLabel } from '../stack.ts';
import { EFFECT_TEXT, findStep, type Step, stepAmount } from './steps.ts';

type Column = GridColumn<Driver>;

/** Display name of a SKU: its description in the bill, else its id. */
export function driverName(driver: Pick<Driver, 'description' | 'sku' | 'chargeCategory'>): string {
  return driver.description ?? driver.sku ?? driver.chargeCategory ?? 'no description';
}

/** The columns of the drivers; `step` chooses the effect that is shown, else each shows its largest. */
export function driverColumns(dimensions: readonly string[], currency: string, step: Step | undefined): Column[] {
  const effectAmount = (driver: Driver) => stepAmount(driver.effects, step ?? findStep(driver.effect));
  const group = (driver: Driver) => groupLabel(driver.values, dimensions);
  return [
    {
      id: 'sku',
      header: 'SKU',
      compare: (a, b) => driverName(a).localeCompare(driverName(b)),
      cell: (driver) => <span data-tip={driver.sku ?? undefined}>{driverName(driver)}</span>,
    },
    {
      id: 'group',
      header: dimensions.map(dimensionLabel).join(' · '),
      compare: (a, b) => group(a).localeCompare(group(b)),
      cell: group,
    },
    {
      id: 'effect',
      header: 'Driven by',
      compare: (a, b) => a.effect.localeCompare(b.effect),
      cell: (driver) => <EffectWord driver={driver} />,
    },
    {
      id: 'amount',
      header: 'Effect',
      numeric: true,
      compare: (a, b) => decimal(effectAmount(a)).cmp(effectAmount(b)),
      cell: (driver) => <MoneyDelta money={{ amount: effectAmount(driver), currency }} />,
    },
    {
      id: 'change',
      header: 'Change',
      numeric: true,
      compare: (a, b) => decimal(a.change).cmp(b.change),
      cell: (driver) => <MoneyDelta money={{ amount: driver.change, currency }} />,
    },
    { id: 'price', header: 'Unit price', numeric: true, cell: (driver) => <Prices driver={driver} /> },
    { id: 'quantity', header: 'Quantity', numeric: true, cell: (driver) => <Quantities driver={driver} /> },
  ];
}

function EffectWord({ driver }: { readonly driver: Driver }) {
  const rises = decimal(driver.effects[driver.effect]).greaterThan(0);
  const { label, says } = EFFECT_TEXT[driver.effect];
  return (
    <span data-tip={`${label}: ${says}`}>
      <span aria-hidden="true">{rises ? '▲' : '▼'} </span>
      {label}
      <span className="visually-hidden">{rises ? ', more' : ', less'}</span>
    </span>
  );
}

const NO_QUANTITY = 'The bill states no quantity with a unit for it.';

function Prices({ driver }: { readonly driver: Driver }) {
  const price = (amount: string | null) =>
    amount === null ? <Unknown reason={NO_QUANTITY} /> : <MoneyFigure money={{ amount, currency: driver.currency }} />;
  return (
    <BeforeAfter
      driver={driver}
      of={(side) => price(side.unitPrice)}
      same={driver.was.unitPrice === driver.is.unitPrice}
    />
  );
}

function Quantities({ driver }: { readonly driver: Driver }) {
  const quantity = (value: string | null) =>
    value === null ? (
      <Unknown reason={NO_QUANTITY} />
    ) : (
      <data value={value} data-tip={`${value} ${driver.pricingUnit ?? ''}`}>
        {formatMeasure(value)}
      </data>
    );
  return (
    <>
      <BeforeAfter
        driver={driver}
        of={(side) => quantity(side.quantity)}
        same={driver.was.quantity === driver.is.quantity}
      />
      {driver.pricingUnit !== null && <span className={table.sub}> {driver.pricingUnit}</span>}
    </>
  );
}

interface BeforeAfterProps {
  readonly driver: Driver;
  readonly of: (side: Driver['was']) => React.ReactNode;
  readonly same: boolean;
}

/** Value before and after; one value where nothing changed, or where the SKU is in one period only. */
function BeforeAfter({ driver, of, same }: BeforeAfterProps) {
  if (driver.was.rows === 0 || same) return of(driver.is);
  if (driver.is.rows === 0) return of(driver.was);
  return (
    <>
      {of(driver.was)} <span aria-hidden="true">→</span>
      <span className="visually-hidden">to</span> {of(driver.is)}
    </>
  );
}
