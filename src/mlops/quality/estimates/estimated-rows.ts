import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import {
  buildExtractSql,
  buildNumberSql,
  buildProbabilitySql,
  buildSameSql,
  buildTextSql,
} from '../../monitors/index.ts';

type Classification = { readonly output?: string | undefined; readonly positive?: string | undefined };

/** Numbers of a prediction that estimates are made of, as SQL: each a DOUBLE, null where it cannot be used. */
export interface EstimateColumns {
  /** A row without these is left out. */
  readonly needed: readonly string[];
  /** Known where the label is. */
  readonly outcome: string;
  /** May be unknown. */
  readonly others: readonly string[];
}

/** Probability and answer; the outcome: 1 for the positive class or, where no class is named, for a right answer. */
export function buildMeasuredClassSql({ output, positive }: Classification, probability: string): EstimateColumns {
  const said = buildTextSql(buildExtractSql('output', output));
  const known = buildProbabilitySql(probability);
  const is = (value: string, other: string) => `CAST(${buildSameSql(value, other)} AS DOUBLE)`;
  return positive === undefined
    ? {
        needed: [known, `CASE WHEN ${said} IS NOT NULL THEN 1.0::DOUBLE END`],
        outcome: is(said, buildTextSql('label')),
        others: [],
      }
    : {
        needed: [known, is(said, quoteLiteral(positive))],
        outcome: is(buildTextSql('label'), quoteLiteral(positive)),
        others: [],
      };
}

/** The answer; its error; and the inputs that errors may depend on. */
export function buildMeasuredNumberSql(output: string | undefined, features: readonly Feature[]): EstimateColumns {
  const said = buildNumberSql(buildTextSql(buildExtractSql('output', output)));
  return {
    needed: [said],
    outcome: `${said} - ${buildNumberSql(buildTextSql('label'))}`,
    others: features.map(featureSql),
  };
}

/** An input: a number, or a text as its index among the most frequent texts of the reference. */
export interface Feature {
  readonly name: string;
  readonly levels: readonly string[] | null;
}

const MOST_FEATURES = 100;
const MOST_LEVELS = 30;
/** Number of reference predictions that are scanned for the names and types of their inputs. */
const LOOKED_AT = 5_000;

/** Inputs of the reference (a table with `inputs`, JSON objects), by name. Booleans count as texts. */
export async function findFeatures(session: LakeSession, relation: string): Promise<Feature[]> {
  const rows = await session.query(`WITH looked AS (
      SELECT inputs FROM ${relation} WHERE json_type(inputs) = 'OBJECT' ORDER BY hash(prediction), prediction LIMIT ${LOOKED_AT}),
    named AS (SELECT unnest(json_keys(inputs)) AS name, inputs FROM looked),
    valued AS (
      SELECT name, json_extract(inputs, '$."' || replace(name, '"', '') || '"') AS value FROM named),
    levels AS (
      SELECT name, ${buildTextSql('value')} AS level, count(*) AS rows, bool_and(json_type(value) IN ('VARCHAR', 'BOOLEAN')) AS isText
      FROM valued WHERE json_type(value) IN ('VARCHAR', 'BOOLEAN', 'BIGINT', 'UBIGINT', 'DOUBLE') GROUP BY ALL)
    SELECT name, bool_and(isText) AS isText,
      (list(level ORDER BY rows DESC, level))[1:${MOST_LEVELS}] AS levels
    FROM levels GROUP BY name ORDER BY name LIMIT ${MOST_FEATURES}`);
  return rows.map(({ name, isText, levels }) => ({
    name: String(name),
    levels: isText === true && Array.isArray(levels) ? levels.map(String) : null,
  }));
}

function featureSql({ name, levels }: Feature): string {
  const value = buildTextSql(`json_extract(inputs, ${quoteLiteral(`$.${quoteIdentifier(name.replaceAll('"', ''))}`)})`);
  if (levels === null) return buildNumberSql(value);
  return `nullif(list_position([${levels.map(quoteLiteral).join(', ')}]::VARCHAR[], ${value}), 0)::DOUBLE`;
}

/** Numbers of rows that have all that is needed, in the order of `needed`, `outcome`, `others`; at most so many, drawn by the hash of their id. */
export async function readReference(
  session: LakeSession,
  relation: string,
  { needed, outcome, others }: EstimateColumns,
  most: number,
): Promise<Float64Array[]> {
  const columns = [...needed, outcome, ...others];
  const required = columns.slice(0, needed.length + 1).map((_, at) => `v${at} IS NOT NULL`);
  await session.query(`CREATE OR REPLACE TEMP TABLE estimate_reference AS
    WITH measured AS (SELECT prediction, ${columns.map((sql, at) => `${sql} AS v${at}`).join(', ')} FROM ${relation})
    SELECT *, row_number() OVER (ORDER BY hash(prediction), prediction) AS draw
    FROM (FROM measured WHERE ${required.join(' AND ')} ORDER BY hash(prediction), prediction LIMIT ${most})`);
  const [counted] = await session.query('SELECT count(*)::INTEGER AS rows FROM estimate_reference');
  const read = columns.map((_, at) => `coalesce(v${at}, 'nan'::DOUBLE)`);
  return session.doubles(`SELECT ${read.join(', ')} FROM estimate_reference ORDER BY draw`, Number(counted?.rows ?? 0));
}
