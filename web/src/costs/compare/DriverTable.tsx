import { useMemo } from 'react';
import type { Driver } from '../../../../src/finops/costs/explain/schema.ts';
import { toCsv } from '../../format/csv.ts';
import { counted } from '../../format/number.ts';
import { Card } from '../../parts/Card.tsx';
import { CsvButton } from '../../parts/CsvButton.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import parts from '../../parts/parts.module.css';
import { DataTable } from '../../table/DataTable.tsx';
import { groupLabel } from '../stack.ts';
import type { Costs } from '../use-costs.ts';
import { driverColumns, driverName } from './driver-columns.tsx';
import { EFFECT_TEXT, findStep } from './steps.ts';
import type { ExplanationInView } from './use-explanation.ts';

interface DriverTableProps {
  readonly costs: Costs;
  readonly explanation: ExplanationInView;
  readonly onAll: () => void;
  readonly onOpen: (driver: Driver) => void;
}

/** The SKUs with the largest cost change: unit cost and used quantity, before and after. */
export function DriverTable({ costs, explanation, onAll, onOpen }: DriverTableProps) {
  const { dimensions, currency, search } = costs;
  const { effect } = search;
  const key = dimensions.join(',');
  const columns = useMemo(() => driverColumns(key.split(','), currency, effect), [key, currency, effect]);
  const visible = explanation.drivers.filter((driver) => effect === undefined || findStep(driver.effect) === effect);
  const of = effect === undefined ? '' : ` by ${EFFECT_TEXT[effect].label.toLowerCase()}`;
  return (
    <Card
      title={`SKUs behind the change${of}`}
      note={`${counted(visible.length, 'SKU')}, largest effect first. A row leads to its bill rows.`}
      flush
      actions={
        <>
          {effect !== undefined && (
            <button type="button" className={parts.button} onClick={onAll}>
              All effects
            </button>
          )}
          <CsvButton name="cost-drivers" what="the SKUs" text={() => driversCsv(visible, dimensions)} />
        </>
      }
    >
      {visible.length === 0 ? (
        <EmptyState shows={`SKUs behind the change${of}.`} why="No SKU moved the cost this way." />
      ) : (
        <DataTable
          label="SKUs that drove the change"
          openHint="Enter opens the bill rows"
          columns={columns}
          rows={visible}
          rowId={(driver) => JSON.stringify([driver.filter, driver.pricingCategory, driver.pricingUnit])}
          onOpen={onOpen}
        />
      )}
    </Card>
  );
}

function driversCsv(drivers: readonly Driver[], dimensions: readonly string[]): string {
  const header = ['group', 'service', 'sku', 'description', 'effect', 'effectAmount', 'change', 'currency'];
  const sides = ['costBefore', 'costAfter', 'unitPriceBefore', 'unitPriceAfter', 'quantityBefore', 'quantityAfter'];
  return toCsv(
    [...header, ...sides, 'pricingUnit'],
    drivers.map((driver) => [
      ...[groupLabel(driver.values, dimensions), driver.serviceName, driver.sku, driverName(driver), driver.effect],
      ...[driver.effects[driver.effect], driver.change, driver.currency, driver.was.cost, driver.is.cost],
      ...[driver.was.unitPrice, driver.is.unitPrice, driver.was.quantity, driver.is.quantity, driver.pricingUnit],
    ]),
  );
}
