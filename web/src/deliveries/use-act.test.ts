import { expect, it } from 'vitest';
import type { UnitChange } from '../../../src/finops/billing/schema.ts';
import { buildUndo } from './use-act.ts';

function change(before: string | null, after: string | null, period = '2026-09'): UnitChange {
  const unit = { source: 'aws', export: 'default', dataset: 'CostAndUsage', scope: 'default' } as const;
  return { ...unit, period, state: 'closed', before, after };
}

it('undoes going back by going back to what had counted, in every period', () => {
  expect(buildUndo('revert', [change('d_2', 'd_1'), change('d_2', 'd_1'), change('d_2', 'd_1', '2026-10')])).toEqual([
    { ask: 'revert', delivery: 'd_2', month: '2026-09' },
    { ask: 'revert', delivery: 'd_2', month: '2026-10' },
  ]);
});

it('undoes a choice between exports by choosing the other one again', () => {
  expect(buildUndo('prefer', [change(null, 'd_2'), change('d_1', null)])).toEqual([
    { ask: 'prefer', delivery: 'd_1', month: '2026-09' },
  ]);
});

it('cannot undo what took nothing out', () => {
  expect(buildUndo('beside', [change(null, 'd_2')])).toEqual([]);
});
