import { describe, expect, it } from 'vitest';
import { translateToTrino } from './translate.ts';

const translate = (sql: string, parameters: Parameters<typeof translateToTrino>[1] = []) =>
  translateToTrino(sql, parameters, ([table = '', rowIds, ids = '']) => `(${table} ${rowIds} ${ids})`);

describe('a statement for Trino', () => {
  it.each([
    ['SELECT a::DECIMAL(38,21) AS x', 'SELECT CAST(a AS decimal(38,21)) AS x'],
    ['SELECT t.a::VARCHAR[]', 'SELECT CAST(t.a AS array(varchar))'],
    ['SELECT a / b', 'SELECT a / CAST(b AS DOUBLE)'],
    ['SELECT a / (b + 1)::DOUBLE', 'SELECT a / CAST(CAST((b + 1) AS double) AS DOUBLE)'],
    ['SELECT count(*) FILTER (a IS NULL)::INTEGER', 'SELECT CAST(count(*) FILTER (WHERE a IS NULL) AS integer)'],
    ['SELECT count(*) FILTER (WHERE a > 0)', 'SELECT count(*) FILTER (WHERE a > 0)'],
    ['SELECT sum(a) OVER (PARTITION BY b)', 'SELECT sum(a) OVER (PARTITION BY b)'],
    ["SELECT tags['env']", "SELECT element_at(tags, 'env')"],
    ['SELECT [1, 2]', 'SELECT ARRAY[1 , 2]'],
    ['SELECT list_transform(l, lambda x: x + 1)', 'SELECT transform(l, x -> x + 1)'],
    ['SELECT arg_max(a, b), list(a ORDER BY b)', 'SELECT max_by(a, b) , array_agg(a ORDER BY b)'],
    ["SELECT string_agg(DISTINCT a, ', ' ORDER BY a)", "SELECT listagg(DISTINCT a, ', ') WITHIN GROUP (ORDER BY a)"],
    ["SELECT strftime(t, '%Y-%m-%dT%H:%M:%SZ')", "SELECT date_format(t, '%Y-%m-%dT%H:%i:%sZ')"],
    ["SELECT strftime(t, '%G-W%V')", "SELECT format('%d-W%02d', year_of_week(t), week(t))"],
    ["SELECT INTERVAL 1 DAY, INTERVAL '-2 hours'", "SELECT INTERVAL '1' DAY , INTERVAL -'2' HOUR"],
    ['SELECT 1 LIMIT 5 OFFSET 10', 'SELECT 1 OFFSET 10 LIMIT 5'],
    ['SELECT a, sum(b), c GROUP BY ALL ORDER BY ALL', 'SELECT a , sum(b) , c GROUP BY 1, 3 ORDER BY 1, 2, 3'],
    ['SELECT a, sum(sum(b)) OVER () FROM t GROUP BY ALL', 'SELECT a , sum(sum(b)) OVER () FROM t GROUP BY 1'],
    [
      'SELECT a, (SELECT max(b) FROM u) FROM t, v GROUP BY ALL',
      'SELECT a , (SELECT max(b) FROM u) FROM t , v GROUP BY 1, 2',
    ],
    ['WITH x(a, b) AS (SELECT 1, 2) FROM x', 'WITH x ( a , b ) AS (SELECT 1 , 2) FROM x'],
    ['SELECT * FROM (FROM t)', 'SELECT * FROM (SELECT * FROM t)'],
    ["SELECT * FROM lake_files('coin', true, 'a,b', '[]') c", 'SELECT * FROM (coin true a,b) c'],
    [`SELECT "it""s", 'it''s' -- a comment`, `SELECT "it""s" , 'it''s'`],
    [
      'SELECT v FROM t CROSS JOIN unnest(map_keys(m)) AS u(v)',
      'SELECT v FROM t CROSS JOIN unnest(map_keys(m)) AS u (v)',
    ],
  ])('for %s', (sql, expected) => {
    expect(translate(sql)).toBe(expected);
  });

  it('has the values of parameters as literals', () => {
    expect(translate('SELECT ?, ?, $1, ?', ["it's", 0.1, null])).toBe("SELECT 'it''s' , 1e-1 , 'it''s' , null");
    expect(() => translate('SELECT $2', [1])).toThrow('no value for parameter 2');
  });

  it.each([
    'SELECT * EXCLUDE (a) FROM t',
    'SELECT a FROM t QUALIFY row_number() OVER () = 1',
    'FROM a ASOF JOIN b ON true',
    'SELECT DISTINCT ON (a) b FROM t',
    'SELECT a FROM t UNION ALL BY NAME SELECT b FROM u',
    'SELECT sum(a) FILTER (b) OVER () FROM t',
    'SELECT unnest(l) FROM t',
    'SELECT hash(a)',
    'SELECT a::UHUGEINT',
    "SELECT {'a': 1}",
    'SELECT a // b',
    "SELECT strftime(t, '%j')",
    "SELECT string_agg(a, ',')",
    'SELECT * FROM t GROUP BY ALL',
    'SELECT (1',
    'SELECT 1)',
    'SELECT 1 \u0000',
    "SELECT * FROM read_parquet('a')",
  ])('is refused for %s', (sql) => {
    expect(() => translate(sql)).toThrow(expect.objectContaining({ code: 'lake_sql_untranslatable' }));
  });
});
