import { quoteLiteral } from '../../../platform/lake/index.ts';
import { buildCase, buildMembership } from './expressions.ts';

/**
 * SQL expressions for the two parts of `UnitOfMeasure`: the number of units priced together, and the name of the unit.
 */
export interface AzureUnit {
  /** 10 of `10 Hours`, 10000 of `10K`; 1 without a leading number. BIGINT. */
  readonly block: string;
  /** `Hours`, `GB/Month`, `Units`, `Tokens`. */
  readonly noun: string;
  /** `Hours`, `10 Hours`, `1000 Tokens`: the unit of a quantity as Azure states it. */
  readonly priced: string;
}

/** Units of most records; a lookup avoids parsing them. */
const usual: Readonly<Record<string, readonly [number, string]>> = {
  '1 Hour': [1, 'Hours'],
  '10 Hours': [10, 'Hours'],
  '100 Hours': [100, 'Hours'],
  '1 GB': [1, 'GB'],
  '1 GB/Month': [1, 'GB/Month'],
  '1/Month': [1, 'Units/Month'],
  '1/Day': [1, 'Units/Day'],
  '1/Hour': [1, 'Units/Hour'],
};

/**
 * Parses a number, optionally with K, M or B, and the unit after it. Without a unit, the unit is pieces, or tokens
 * where the meter counts tokens. Checked against the list of units that Microsoft publishes with the FinOps toolkit.
 */
export function parseAzureUnit(unit: string, meterName: string | null): AzureUnit {
  const number = `TRY_CAST(regexp_extract(${unit}, '^\\s*([0-9]+)', 1) AS BIGINT)`;
  const multiple = `regexp_extract(${unit}, '^\\s*[0-9]+([KMB])(?:$|[ /])', 1)`;
  const factor = `CASE ${multiple} WHEN 'K' THEN 1000 WHEN 'M' THEN 1000000 WHEN 'B' THEN 1000000000 ELSE 1 END`;
  const rest = `trim(regexp_replace(${unit}, '^\\s*[0-9]+([KMB](?:$|\\b))?', ''))`;
  const isTokens = meterName === null ? 'false' : `contains(lower(${meterName}), 'token')`;
  const pieces = buildCase([{ when: isTokens, value: "'Tokens'" }], "'Units'");
  const noun = buildCase(
    [
      ...buildUsualBranches(unit, ([, name]) => quoteLiteral(name)),
      { when: `${unit} IS NULL`, value: null },
      { when: `${rest} = ''`, value: pieces },
      { when: `starts_with(${rest}, '/')`, value: `'Units/' || trim(substr(${rest}, 2))` },
      {
        when: `regexp_matches(${rest}, '^(GB|TB|GiB|PB|DB|Unit)? ?(Hour|Day|Month|Minute|Second|Unit|User)$')`,
        value: `${rest} || 's'`,
      },
    ],
    rest,
  );
  const block = buildCase(
    buildUsualBranches(unit, ([size]) => String(size)),
    `coalesce(${number} * (${factor}), 1)`,
  );
  return { block, noun, priced: buildCase([{ when: `${block} > 1`, value: `${block} || ' ' || ${noun}` }], noun) };
}

function buildUsualBranches(unit: string, entryOf: (entry: readonly [number, string]) => string) {
  return [...Map.groupBy(Object.entries(usual), ([, entry]) => entryOf(entry))].map(([value, entries]) => ({
    when: buildMembership(
      unit,
      entries.map(([name]) => name),
    ),
    value: value,
  }));
}
