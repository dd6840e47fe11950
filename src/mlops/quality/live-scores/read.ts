import type { JournaledTable } from '../../../platform/journal/index.ts';
import { type LakeRow, type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import { listScores, type Score } from '../../monitors/index.ts';
import { buildInstantSql } from '../../predictions/index.ts';
import { type ScoredRows, scoreRows, type Tables } from '../windows/scored-rows.ts';
import type {
  ArmPredictions,
  ArmScores,
  LiveScores,
  LiveScoresQuestion,
  NoScores,
  PairedScores,
  ServedArm,
} from './question.ts';

export interface LiveScoreTables extends Tables {
  /** Answers of shadow variants. */
  readonly shadows: Pick<JournaledTable, 'read'>;
}

const MOST_CLUSTERS = 200_000;
const ARMS = ['baseline', 'candidate'] as const;
const [OWN, SCORED] = ['live_own', 'live_scored'];

/**
 * Scores of the logged answers of two versions on an endpoint, by cluster, joined with labels as the monitor joins them. A pair has one label:
 * that of the prediction that the client got, with which both answers are scored. Predictions and labels of the candidate's model, where
 * that is another one, are read as those of the baseline's model.
 *
 * @example accuracy, user u1 with 3 pairs: baseline right in 2, candidate in 3 -> clusters [{ n: 3, baseline: 2, candidate: 3 }], counts
 * { both: 2, onlyCandidate: 1, onlyBaseline: 0, neither: 0 }
 */
export async function readLiveScores(
  tables: LiveScoreTables,
  question: LiveScoresQuestion,
  mostClusters = MOST_CLUSTERS,
): Promise<LiveScores> {
  const { monitor, arms, endpoint, start, end, knownAt, design } = question;
  const found = findScore(question);
  if ('reason' in found) return found;
  const spec = { ...monitor, model: arms.baseline.model, estimate: undefined };
  const selection = { model: spec.model, endpoint, start, end, knownAt };
  const pooled = poolModels(tables, spec.model, [...listModels(arms.baseline), ...listModels(arms.candidate)]);
  return scoreRows(pooled, { spec, selection, withInputs: false }, async (rows) => {
    await storeOwn(rows, found.place, question);
    if (design === 'arms') return readArms(rows.session, mostClusters);
    return tables.shadows.read(
      (shadows) => readPairs(rows.session, { shadows, score: found.score, mostClusters }, question),
      {
        from: start,
        to: end,
      },
    );
  });
}

/** The score of the metric and its place among those of the monitor; or why the metric cannot be compared. */
function findScore({ monitor, metric, arms: { baseline, candidate }, design }: LiveScoresQuestion) {
  const scores = monitor.quality === undefined ? [] : listScores(monitor.quality);
  const place = scores.findIndex((one) => one.metric === metric);
  const score = scores[place];
  if (score === undefined) {
    const known = scores.map((one) => one.metric).join(', ') || 'none';
    return toNone(`The monitor of ${monitor.model} does not measure ${metric}; its metrics: ${known}.`);
  }
  if (score.of !== 'share' && score.of !== 'mean') {
    return toNone(
      `${metric} is not a mean of one score for each prediction; use accuracy, recall, MAE or a ranking metric.`,
    );
  }
  if (design === 'pairs' && metric === 'precision') {
    return toNone(
      'precision counts only answers of the positive class, so one answer of a pair can count alone; use recall or accuracy.',
    );
  }
  if (!areApart(baseline, candidate)) {
    return toNone('Answers of baseline and candidate can have the same version; name two variants that serve them.');
  }
  return { place, score };
}

function listModels({ model, otherModels = [] }: ServedArm): readonly string[] {
  return [model, ...otherModels];
}

/** Whether no answer can belong to both arms. */
function areApart(one: ServedArm, other: ServedArm): boolean {
  if (one.variant !== null && other.variant !== null && one.variant !== other.variant) return true;
  if (one.version !== null && other.version !== null && one.version !== other.version) return true;
  return !listModels(one).some((model) => listModels(other).includes(model));
}

function toNone(reason: string): NoScores {
  return { design: 'none', reason };
}

/** Tables in which the rows of several models are rows of one; `servedModel` is the model that a row names. */
function poolModels({ predictions, labels }: Tables, model: string, models: readonly string[]): Tables {
  const names = [...new Set(models)].map(quoteLiteral).join(', ');
  const pool = (table: Tables['predictions']): Tables['predictions'] => ({
    waitingBytes: table.waitingBytes,
    state: () => table.state(),
    read: (work, range) =>
      table.read((relation, session) => {
        const columns = `* REPLACE (${quoteLiteral(model)} AS model), model AS servedModel`;
        return work(`(SELECT ${columns} FROM ${relation} WHERE model IN (${names}))`, session);
      }, range),
  });
  return { predictions: pool(predictions), labels: pool(labels) };
}

/** SQL of the arm that a row belongs to; null: none. */
function buildArmSql({ baseline, candidate }: LiveScoresQuestion['arms'], model: string): string {
  const isOf = (arm: ServedArm) =>
    [
      `${model} IN (${listModels(arm).map(quoteLiteral).join(', ')})`,
      ...(arm.version === null ? [] : [`modelVersion = ${quoteLiteral(arm.version)}`]),
      ...(arm.variant === null ? [] : [`variant = ${quoteLiteral(arm.variant)}`]),
    ].join(' AND ');
  return `CASE WHEN ${isOf(baseline)} THEN 'baseline' WHEN ${isOf(candidate)} THEN 'candidate' END`;
}

/** The predictions that clients got from either arm. A prediction without an entity is its own cluster. */
async function storeOwn({ session, relation }: ScoredRows, place: number, { arms }: LiveScoresQuestion): Promise<void> {
  await session.query(`CREATE OR REPLACE TEMP TABLE ${OWN} AS
    SELECT * FROM (
      SELECT prediction, predictedAt, label, score${place}::DOUBLE AS score, ${buildArmSql(arms, 'servedModel')} AS arm,
        CASE WHEN entity IS NULL THEN 'p' || prediction ELSE 'e' || entity END AS cluster
      FROM ${relation})
    WHERE arm IS NOT NULL`);
}

async function readArmFacts(session: LakeSession) {
  const rows = await session.query(`SELECT arm, count(*)::DOUBLE AS predictions, count(label)::DOUBLE AS labelled
    FROM ${OWN} GROUP BY arm`);
  const toPredictions = (arm: string): ArmPredictions => {
    const row = rows.find((one) => one.arm === arm);
    const [predictions, labelled] = [Number(row?.predictions ?? 0), Number(row?.labelled ?? 0)];
    return { predictions, labelled, completeness: predictions === 0 ? null : labelled / predictions };
  };
  return { baseline: toPredictions('baseline'), candidate: toPredictions('candidate') };
}

interface PairsReading {
  /** FROM item of the answers of shadow variants. */
  readonly shadows: string;
  readonly score: Score;
  readonly mostClusters: number;
}

async function readPairs(
  session: LakeSession,
  { shadows, score: { score, of }, mostClusters }: PairsReading,
  { arms, endpoint, start, end, knownAt }: LiveScoresQuestion,
): Promise<PairedScores> {
  const copies = `SELECT prediction, predictedAt, output, ${buildArmSql(arms, 'model')} AS arm FROM ${shadows}
    WHERE endpoint = ${quoteLiteral(endpoint)} AND recordedAt <= ${buildInstantSql(knownAt)}
      AND predictedAt >= ${buildInstantSql(start)} AND predictedAt < ${buildInstantSql(end)}
    QUALIFY row_number() OVER (PARTITION BY prediction, predictedAt, arm ORDER BY recordedAt, variant, hash(output)) = 1`;
  await session.query(`CREATE OR REPLACE TEMP TABLE ${SCORED} AS
    SELECT cluster, label IS NOT NULL AS isLabelled,
      CASE arm WHEN 'baseline' THEN score ELSE copied END AS baseline,
      CASE arm WHEN 'baseline' THEN copied ELSE score END AS candidate
    FROM (
      SELECT cluster, label, arm, score, (CASE WHEN label IS NOT NULL THEN ${score} END)::DOUBLE AS copied
      FROM (
        SELECT own.cluster, own.label, own.arm, own.score, copies.output AS output
        FROM ${OWN} own JOIN (${copies}) copies
          ON own.prediction = copies.prediction AND own.predictedAt = copies.predictedAt AND own.arm <> copies.arm))`);
  const isScored = 'baseline IS NOT NULL AND candidate IS NOT NULL';
  const count = (condition: string) => `count(*) FILTER (${condition})::DOUBLE`;
  const [sums = {}] = await session.query(`SELECT ${count(isScored)} AS n, ${count('NOT isLabelled')} AS withoutLabel,
      ${count(`isLabelled AND NOT (${isScored})`)} AS unscored,
      ${count('baseline = 1 AND candidate = 1')} AS "both", ${count('baseline = 0 AND candidate = 1')} AS onlyCandidate,
      ${count('baseline = 1 AND candidate = 0')} AS onlyBaseline, ${count('baseline = 0 AND candidate = 0')} AS neither,
      count(DISTINCT cluster) FILTER (${isScored})::DOUBLE AS clusters
    FROM ${SCORED}`);
  const clusters =
    await session.query(`SELECT count(*)::DOUBLE AS n, sum(baseline) AS baseline, sum(candidate) AS candidate
    FROM ${SCORED} WHERE ${isScored} GROUP BY cluster ORDER BY hash(cluster), cluster LIMIT ${mostClusters}`);
  const n = (name: string) => Number(sums[name] ?? 0);
  return {
    design: 'pairs',
    clusters: clusters.map((row) => ({
      n: Number(row.n),
      baseline: Number(row.baseline),
      candidate: Number(row.candidate),
    })),
    clusterCount: n('clusters'),
    pairs: { n: n('n'), withoutLabel: n('withoutLabel'), unscored: n('unscored') },
    counts:
      of === 'share'
        ? { both: n('both'), onlyCandidate: n('onlyCandidate'), onlyBaseline: n('onlyBaseline'), neither: n('neither') }
        : null,
    arms: await readArmFacts(session),
  };
}

async function readArms(session: LakeSession, mostClusters: number): Promise<ArmScores> {
  await session.query(`CREATE OR REPLACE TEMP TABLE ${SCORED} AS SELECT cluster, arm, count(*)::DOUBLE AS n, sum(score) AS total
    FROM ${OWN} WHERE score IS NOT NULL GROUP BY cluster, arm`);
  const totals = await session.query(`SELECT arm, sum(n) AS n, sum(total) AS total FROM ${SCORED} GROUP BY arm`);
  const [sizes = {}] =
    await session.query(`SELECT count(*)::DOUBLE AS clusters, count(*) FILTER (arms > 1)::DOUBLE AS shared
    FROM (SELECT cluster, count(*) AS arms FROM ${SCORED} GROUP BY cluster)`);
  const clusters = await session.query(`SELECT arm, n, total FROM ${SCORED}
    JOIN (SELECT DISTINCT cluster FROM ${SCORED} ORDER BY hash(cluster), cluster LIMIT ${mostClusters}) kept USING (cluster)
    ORDER BY hash(cluster), cluster, arm`);
  const toTotal = (arm: string) => toSum(totals.find((row) => row.arm === arm));
  return {
    design: 'arms',
    clusters: clusters.map((row) => ({ arm: row.arm === ARMS[0] ? ARMS[0] : ARMS[1], ...toSum(row) })),
    clusterCount: Number(sizes.clusters),
    sharedClusters: Number(sizes.shared),
    totals: { baseline: toTotal('baseline'), candidate: toTotal('candidate') },
    arms: await readArmFacts(session),
  };
}

function toSum(row: LakeRow | undefined) {
  return { n: Number(row?.n ?? 0), sum: Number(row?.total ?? 0) };
}
