import { describe, expect, it } from 'vitest';
import { parseFilter, parseOrderings } from './grammar.ts';
import { buildAttributes, type Vocabulary } from './vocabulary.ts';

const vocabulary: Vocabulary = {
  entities: { metrics: 'metric', params: 'param', tags: 'tag', attributes: 'attribute', dataset: 'dataset' },
  attributes: buildAttributes({ name: 'text', run_id: 'list', id: 'id', start_time: 'number' }),
  nullable: ['tag'],
};

describe('the filter grammar', () => {
  it.each([
    ['metrics.a > 1', { entity: 'metric', key: 'a', operator: '>', value: 1 }],
    ['metrics.a<=-1.5e-3', { entity: 'metric', key: 'a', operator: '<=', value: -0.0015 }],
    ['metrics.`a b/c` = .5', { entity: 'metric', key: 'a b/c', operator: '=', value: 0.5 }],
    ['params."x y" = \'1\'', { entity: 'param', key: 'x y', operator: '=', value: '1' }],
    ['tags.mlflow.user != "ada"', { entity: 'tag', key: 'mlflow.user', operator: '!=', value: 'ada' }],
    ["tags.t LIKE '%a_'", { entity: 'tag', key: 't', operator: 'LIKE', value: '%a_' }],
    ["tags.t iLike 'A'", { entity: 'tag', key: 't', operator: 'ILIKE', value: 'A' }],
    ["tags.t = 'it''s'", { entity: 'tag', key: 't', operator: '=', value: "it's" }],
    ['tags.t IS NULL', { entity: 'tag', key: 't', operator: 'IS NULL', value: null }],
    ['tags.t is not null', { entity: 'tag', key: 't', operator: 'IS NOT NULL', value: null }],
    ['run_id IN (\'a\', "b")', { entity: 'attribute', key: 'run_id', operator: 'IN', value: ['a', 'b'] }],
    ["attributes.run_id not in ('a',)", { entity: 'attribute', key: 'run_id', operator: 'NOT IN', value: ['a'] }],
    ['start_time > 17', { entity: 'attribute', key: 'start_time', operator: '>', value: 17 }],
    ["dataset.context IN ('x')", { entity: 'dataset', key: 'context', operator: 'IN', value: ['x'] }],
    ["params.ключ = 'é'", { entity: 'param', key: 'ключ', operator: '=', value: 'é' }],
  ])('reads %s', (text, comparison) => {
    expect(parseFilter(text, vocabulary)).toEqual([comparison]);
  });

  it('joins comparisons by AND in any case, and reads nothing out of nothing', () => {
    expect(parseFilter("metrics.a > 1 and params.b = '2' AND name = 'AND'", vocabulary)).toHaveLength(3);
    expect(parseFilter('', vocabulary)).toEqual([]);
    expect(() => parseFilter('  ', vocabulary)).toThrow("Invalid filter '  '");
  });

  it.each([
    'metrics.a',
    'metrics.a >',
    "metrics.a > '1'",
    'metrics.a LIKE 1',
    'metrics.a == 1',
    'metrics.a > 1 OR metrics.b > 1',
    '(metrics.a > 1)',
    'metrics.a > 1 metrics.b > 1',
    'metrics.a > 1 AND',
    'metrics.a > 1; metrics.b > 1',
    'params.a = 1',
    'params.a = abc',
    'params.a = `abc`',
    "params.a > '1'",
    "params.a IN ('1')",
    'params.a IS NULL',
    'tags.a IS 1',
    "tags.a NOT LIKE 'x'",
    "tags.a RLIKE 'x'",
    "nope.a = '1'",
    "nope = '1'",
    "constructor.name = '1'",
    "toString = '1'",
    "dataset.source = 'x'",
    'run_id IN ()',
    "run_id IN ('a' 'b')",
    "run_id IN ('a'",
    'run_id IN (1)',
    "run_id = ('a')",
    "name IN ('a')",
    "id LIKE '1%'",
    "start_time = '17'",
    "'a' = params.b",
    "tags.t = 'open",
    "tags.t = 'a' -- comment",
    'metrics.a > 1 \0',
  ])('refuses %j', (text) => {
    expect(() => parseFilter(text, vocabulary)).toThrow(
      expect.objectContaining({ code: 'search_filter_invalid', errorCode: 'INVALID_PARAMETER_VALUE' }),
    );
  });
});

describe('the order_by grammar', () => {
  it.each([
    ['metrics.a', { entity: 'metric', key: 'a', ascending: true }],
    ['metrics.`a b` DESC', { entity: 'metric', key: 'a b', ascending: false }],
    ['name asc', { entity: 'attribute', key: 'name', ascending: true }],
  ])('reads %s', (clause, ordering) => {
    expect(parseOrderings([clause], vocabulary)).toEqual([expect.objectContaining(ordering)]);
  });

  it.each([[['']], [['metrics.a DOWN']], [['metrics.a DESC DESC']], [['nope']], [['metrics.a', 'metrics.a DESC']]])(
    'refuses %j',
    (clauses) => {
      expect(() => parseOrderings(clauses, vocabulary)).toThrow(
        expect.objectContaining({ errorCode: 'INVALID_PARAMETER_VALUE' }),
      );
    },
  );
});

describe('the bounds of a search', () => {
  const comparisons = (count: number) => Array(count).fill('metrics.a > 1').join(' AND ');
  const ids = (count: number) => `run_id IN (${Array(count).fill("'a'").join()})`;
  const orders = (count: number) => Array.from({ length: count }, (_, index) => `metrics.m${index}`);

  it('lets in what both stores can answer', () => {
    expect(parseFilter(comparisons(100), vocabulary)).toHaveLength(100);
    expect(parseFilter(ids(10_000), vocabulary)).toHaveLength(1);
    expect(parseOrderings(orders(20), vocabulary)).toHaveLength(20);
  });

  it.each([
    ['10,000 comparisons', () => parseFilter(comparisons(10_000), vocabulary)],
    ['50,000 ids', () => parseFilter(ids(50_000), vocabulary)],
    ['ids in several lists', () => parseFilter(`${ids(6000)} AND ${ids(6000)}`, vocabulary)],
    ['1,000 columns of an order', () => parseOrderings(orders(1000), vocabulary)],
    ['a megabyte of signs', () => parseFilter('('.repeat(1_000_000), vocabulary)],
  ])('refuses %s', (_name, parse) => {
    expect(parse).toThrow(expect.objectContaining({ errorCode: 'INVALID_PARAMETER_VALUE' }));
  });
});
