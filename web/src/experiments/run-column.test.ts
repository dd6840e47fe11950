import { describe, expect, it } from 'vitest';
import type { RunColumn } from '../../../src/mlops/run-views/run-table/schema.ts';
import {
  columnLabel,
  columnText,
  orderBy,
  orderText,
  pickColumns,
  quotedKey,
  readOrder,
  usualColumns,
} from './run-column.ts';

describe('a column of a table of runs', () => {
  it.each([
    ['ndcg', 'ndcg'],
    ['mlflow.user', 'mlflow.user'],
    ['val loss', '`val loss`'],
    ['ndcg@10', '`ndcg@10`'],
    ['10', '`10`'],
    ['odd`"key', '"odd`""key"'],
  ])('writes the key %s as %s', (key, text) => {
    expect(quotedKey(key)).toBe(text);
  });

  it.each([
    ['metrics.val loss', 'val loss', 'metrics.`val loss`'],
    ['cost.total', 'Cost', 'cost.total'],
    ['tags.steelyard.team', 'Team', 'tags.steelyard.team'],
    ['status', 'Status', 'status'],
  ])('%s is called %s and asked for as %s', (column, label, text) => {
    expect([columnLabel(column), columnText(column)]).toEqual([label, text]);
  });

  it('is in the address as it is sorted by', () => {
    expect(orderBy(readOrder('-metrics.val loss'))).toEqual(['metrics.`val loss` DESC']);
    expect(orderBy(readOrder('run_name'))).toEqual(['run_name ASC']);
    expect(orderBy(readOrder(undefined))).toEqual([]);
    expect(readOrder(orderText({ by: 'params.rank', descending: true }))).toEqual({
      by: 'params.rank',
      descending: true,
    });
    expect(orderText(null)).toBeUndefined();
  });
});

it('shows what every run has and the keys that most runs have, system metrics left out', () => {
  const column = (entity: RunColumn['entity'], key: string, runs: number): RunColumn => ({
    column: `${entity}s.${key}`,
    entity,
    key,
    runs,
  });
  const known = [
    column('metric', 'rare', 1),
    column('metric', 'system/cpu', 9),
    column('metric', 'ndcg', 9),
    column('param', 'rank', 2),
  ];
  expect(usualColumns(known).slice(4)).toEqual(['metrics.ndcg', 'metrics.rare', 'params.rank']);
});

it('shows what it is sorted by and what is pinned, whatever was chosen', () => {
  expect(pickColumns({ columns: ['status'], pin: ['params.rank'], sort: '-metrics.f1' }, [])).toEqual([
    'status',
    'params.rank',
    'metrics.f1',
  ]);
  expect(pickColumns({ columns: ['status'], sort: 'run_name' }, [])).toEqual(['status']);
});
