/** One value in both engines. */
export interface ValueCase {
  /** Type as Trino states it. */
  readonly type: string;
  /** JSON as Trino writes it. */
  readonly json: string;
  /** Expression of Trino. */
  readonly trino: string;
  /** Expression of DuckDB. */
  readonly duckdb: string;
}

const toCase = ([type, json, trino, duckdb]: readonly [string, string, string, string]): ValueCase => ({
  ...{ type, json, trino, duckdb },
});

/** Values of each type. The unit tests ask DuckDB, and `test/lake/trino-client.test.ts` asks Trino. */
export const valueCases: readonly ValueCase[] = [
  ...scalarCases().map(toCase),
  ...timeCases().map(toCase),
  ...nestedCases().map(toCase),
];

function scalarCases(): readonly [string, string, string, string][] {
  return [
    ['boolean', 'true', 'true', 'true'],
    ['tinyint', '-1', "TINYINT '-1'", '-1::TINYINT'],
    ['smallint', '300', "SMALLINT '300'", '300::SMALLINT'],
    ['integer', '2147483647', '2147483647', '2147483647::INTEGER'],
    ['bigint', '7', "BIGINT '7'", '7::BIGINT'],
    ['bigint', '9007199254740993', '9007199254740993', '9007199254740993::BIGINT'],
    ['bigint', '-9223372036854775808', "BIGINT '-9223372036854775808'", "'-9223372036854775808'::BIGINT"],
    [
      'decimal(38, 0)',
      '"12345678901234567890123456789012345678"',
      "DECIMAL '12345678901234567890123456789012345678'",
      "'12345678901234567890123456789012345678'::HUGEINT",
    ],
    ['decimal(38, 21)', '"1.100000000000000000000"', 'CAST(1.1 AS decimal(38,21))', '1.1::DECIMAL(38,21)'],
    ['decimal(5, 2)', '"-0.05"', 'CAST(-0.05 AS decimal(5,2))', "'-0.05'::DECIMAL(5,2)"],
    ['decimal(38, 18)', 'null', 'CAST(NULL AS decimal(38,18))', 'NULL::DECIMAL(38,18)'],
    ['double', '0.1', '0.1E0', '0.1::DOUBLE'],
    ['double', '1.2345678901234568e+19', '1.2345678901234567E19', '1.2345678901234567e+19::DOUBLE'],
    ['double', '-0.0', "DOUBLE '-0.0'", "'-0.0'::DOUBLE"],
    ['double', '"NaN"', 'nan()', "'nan'::DOUBLE"],
    ['double', '"Infinity"', 'infinity()', "'inf'::DOUBLE"],
    ['double', '"-Infinity"', '-infinity()', "'-inf'::DOUBLE"],
    ['real', '1.1', "REAL '1.1'", '1.1::REAL'],
    ['real', '"NaN"', "REAL 'NaN'", "'nan'::REAL"],
    [
      'varchar',
      '"9007199254740993 \\u0000 ü"',
      "CAST('9007199254740993 ' || chr(0) || ' ü' AS varchar)",
      "'9007199254740993 ' || chr(0) || ' ü'",
    ],
    ['varchar(5)', '""', "CAST('' AS varchar(5))", "''"],
    ['json', '"{\\"a\\":1}"', `JSON '{"a":1}'`, `'{"a":1}'`],
    [
      'uuid',
      '"12151fd2-7586-11e9-8f9e-2a86e4085a59"',
      "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
      "'12151fd2-7586-11e9-8f9e-2a86e4085a59'::UUID",
    ],
    ['varbinary', '"AP9hXCInfw=="', "X'00FF615C22277F'", "'\\x00\\xFFa\\x5C\\x22\\x27\\x7F'::BLOB"],
    ['unknown', 'null', 'NULL', 'NULL'],
  ];
}

function timeCases(): readonly [string, string, string, string][] {
  const zoned = 'timestamp(6) with time zone';
  return [
    ['date', '"2026-02-28"', "DATE '2026-02-28'", "DATE '2026-02-28'"],
    ['date', '"-0043-03-15"', "DATE '-0043-03-15'", "DATE '0044-03-15 (BC)'"],
    ['date', '"0000-03-15"', "DATE '0000-03-15'", "DATE '0001-03-15 (BC)'"],
    ['date', '"+12345-01-01"', "DATE '12345-01-01'", "DATE '12345-01-01'"],
    ['time(6)', '"01:02:03.120000"', "TIME '01:02:03.120000'", "TIME '01:02:03.12'"],
    ['time(0)', '"00:00:00"', "TIME '00:00:00'", "TIME '00:00:00'"],
    ...(
      [
        ['2026-01-01 00:00:00.123456', '2026-01-01 00:00:00.123456'],
        ['2026-01-01 10:20:30.000000', '2026-01-01 10:20:30'],
        ['-0043-01-01 00:00:00.500000', '0044-01-01 (BC) 00:00:00.5'],
      ] as const
    ).map(
      ([trino, duckdb]) =>
        ['timestamp(6)', `"${trino}"`, `TIMESTAMP '${trino}'`, `TIMESTAMP '${duckdb}'`] as [
          string,
          string,
          string,
          string,
        ],
    ),
    ['timestamp(0)', '"2026-01-01 10:20:30"', "TIMESTAMP '2026-01-01 10:20:30'", "TIMESTAMP '2026-01-01 10:20:30'"],
    [
      'timestamp(3)',
      '"2026-01-01 10:20:30.100"',
      "TIMESTAMP '2026-01-01 10:20:30.100'",
      "TIMESTAMP_MS '2026-01-01 10:20:30.1'",
    ],
    ...(
      [
        ['2026-01-01 00:00:00.120000 UTC', '2026-01-01 00:00:00.12+00'],
        ['2026-01-01 00:00:00.000000 UTC', '2026-01-01 00:00:00+00'],
        ['-0043-01-01 00:00:00.000000 UTC', '0044-01-01 (BC) 00:00:00+00'],
      ] as const
    ).map(
      ([trino, duckdb]) =>
        [zoned, `"${trino}"`, `TIMESTAMP '${trino}'`, `TIMESTAMPTZ '${duckdb}'`] as [string, string, string, string],
    ),
  ];
}

function nestedCases(): readonly [string, string, string, string][] {
  const instant = '2026-01-01 00:00:00.000000 UTC';
  return [
    ['array(bigint)', '[1,null]', "ARRAY[BIGINT '1', NULL]", '[1::BIGINT, NULL]'],
    ['array(array(double))', '[[1.5],[]]', 'ARRAY[ARRAY[1.5E0], ARRAY[]]', '[[1.5::DOUBLE], []]'],
    [
      'map(varchar, bigint)',
      '{"a":1,"b":null}',
      "MAP(ARRAY[CAST('a' AS varchar), 'b'], ARRAY[BIGINT '1', NULL])",
      "MAP(['a', 'b'], [1::BIGINT, NULL])",
    ],
    [
      'map(varchar(9), varchar(1))',
      '{"__proto__":"x"}',
      "MAP(ARRAY['__proto__'], ARRAY['x'])",
      "MAP(['__proto__'], ['x'])",
    ],
    [
      'map(bigint, integer)',
      '{"9007199254740993":2}',
      'MAP(ARRAY[9007199254740993], ARRAY[2])',
      'MAP([9007199254740993::BIGINT], [2])',
    ],
    ['map(integer, integer)', '{"1":2}', 'MAP(ARRAY[1], ARRAY[2])', 'MAP([1], [2])'],
    [
      'map(double, integer)',
      '{"2.5":2,"NaN":3}',
      'MAP(ARRAY[2.5E0, nan()], ARRAY[2, 3])',
      "MAP([2.5::DOUBLE, 'nan'::DOUBLE], [2, 3])",
    ],
    ['map(boolean, integer)', '{"true":2}', 'MAP(ARRAY[true], ARRAY[2])', 'MAP([true], [2])'],
    [
      'map(date, integer)',
      '{"2026-01-01":2}',
      "MAP(ARRAY[DATE '2026-01-01'], ARRAY[2])",
      "MAP([DATE '2026-01-01'], [2])",
    ],
    [
      'map(timestamp(6) with time zone, integer)',
      `{"${instant}":2}`,
      `MAP(ARRAY[TIMESTAMP '${instant}'], ARRAY[2])`,
      "MAP([TIMESTAMPTZ '2026-01-01 00:00:00+00'], [2])",
    ],
    [
      'row(a bigint, "x y" date)',
      '[1,"2026-01-01"]',
      `CAST(ROW(1, DATE '2026-01-01') AS row(a bigint, "x y" date))`,
      "{'a': 1::BIGINT, 'x y': DATE '2026-01-01'}",
    ],
    [
      'row("a,b)" array(varchar(3)), "C""d" row(z timestamp(6) with time zone))',
      `[["a"],["${instant}"]]`,
      `CAST(ROW(ARRAY['a'], ROW(TIMESTAMP '${instant}')) AS row("a,b)" array(varchar(3)), "C""d" row(z timestamp(6) with time zone)))`,
      `{'a,b)': ['a'], 'C"d': {'z': TIMESTAMPTZ '2026-01-01 00:00:00+00'}}`,
    ],
  ];
}
