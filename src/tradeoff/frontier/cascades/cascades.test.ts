import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { createCascadeSuite, DEMAND, isFitted, NOW, type Row, replayRows } from './suite.testing.ts';

const application = await sharedQuietApplication({ clock: { now: () => NOW } });
const { registerVersion, show, apply } = await createCascadeSuite(application);

/**
 * The cheap version is right on 98 % of the examples of which it is confident (above 0.5, so many of them), and on 40 % of the others; the
 * expensive one on 95 % of all.
 */
function simulateRows(seed: number, count: number, { confident = 0.7, rightWhenConfident = 0.98, prefix = 'q' } = {}) {
  const random = createRandom(seed);
  const cheap: Row[] = [];
  const dear: Row[] = [];
  for (let at = 0; at < count; at += 1) {
    const id = `${prefix}${at}`;
    const isConfident = random() < confident;
    const confidence = isConfident ? 0.5 + random() / 2 : random() / 2;
    const right = isConfident ? rightWhenConfident : 0.4;
    cheap.push({ id, correct: random() < right, confidence });
    dear.push({ id, correct: random() < 0.95, confidence: null });
  }
  return { cheap, dear };
}

describe('a cascade that saves and is non-inferior', () => {
  const { cheap, dear } = simulateRows(1, 5000);
  beforeAll(async () => {
    await registerVersion('saving', 'small', cheap);
    await registerVersion('saving', 'large', dear);
  });

  it('is a frontier point with the cost of both stages and the figures of the reported examples', async () => {
    const { points, cascades, cheapestNonInferior } = await show('saving', { margin: 0.02 });
    const found = points.find(({ cascade }) => cascade !== null);
    const cascade = found?.cascade;
    expect(found).toMatchObject({ status: 'frontier', version: null, aliases: [] });
    // The cheap version is confident above 0.5.
    expect(cascade?.acceptAtConfidence).toBeGreaterThan(0.45);
    expect(cascade?.acceptAtConfidence).toBeLessThan(0.6);
    const replay = replayRows(cheap, dear, cascade?.acceptAtConfidence ?? 0);
    expect(cascade).toMatchObject({ reportedRows: replay.n, fittedRows: 5000 - replay.n });
    expect(cascade?.escalated.estimate).toBeCloseTo(replay.escalated, 12);
    expect(cascade?.reported.estimate).toBeCloseTo(replay.quality, 12);
    expect(cascade?.difference.estimate).toBeCloseTo(replay.difference, 12);
    // Comparable with the versions: that of version 2 on all examples plus the difference.
    const whole = dear.filter(({ correct }) => correct).length / 5000;
    expect(found?.quality.estimate).toBeCloseTo(whole + replay.difference, 12);
    // Replicas of 450.56 predictions a second: 9 for 3,805 a second, and as many as the escalated share needs; 730 hours at 1 and 3 USD.
    const needed = Math.ceil((replay.escalated * DEMAND) / (730 * 3600) / 450.563204);
    expect(cascade?.stages.map(({ version, replicas }) => [version, replicas.most])).toEqual([
      ['1', 9],
      ['2', needed],
    ]);
    expect(found?.replicas).toEqual({ least: 9 + needed, most: 9 + needed });
    expect(found?.costPerMonth.amount).toBe(String(730 * (9 + 3 * needed)));
    expect(Number(found?.costPerThousand.amount)).toBeCloseTo((730 * (9 + 3 * needed) * 1000) / DEMAND, 12);
    expect(cheapestNonInferior.point).toBe(found?.point);
    expect(cascades).toMatchObject({
      ...{ marginSource: 'stated', notTried: 0, alpha: 0.05 },
      reason: '1 of 1 pairs of a cheaper and a better version has a cascade at a margin of 0.02 (stated)',
      pairs: [{ first: '1', last: '2', margin: 0.02, point: found?.point, reason: null }],
    });
  });

  it('has a default margin of one point of quality, which the answer names', async () => {
    const { cascades } = await show('saving');
    expect(cascades).toMatchObject({ marginSource: 'default', pairs: [{ margin: 0.01 }] });
    expect(cascades.reason).toContain('at a margin of 0.01 (default: one point of quality)');
  });

  it('has a threshold that does not depend on the outcomes of the reported examples', async () => {
    const flip = (rows: readonly Row[]) => rows.map((row) => (isFitted(row) ? row : { ...row, correct: !row.correct }));
    await registerVersion('flipped', 'small', flip(cheap));
    // More often right than the flipped cheap version, so that the pair is the same.
    await registerVersion(
      'flipped',
      'large',
      dear.map((row) => (isFitted(row) ? row : { ...row, correct: true })),
    );
    const thresholdOf = async (model: string) =>
      (await show(model, { margin: 0.02 })).points.find(({ cascade }) => cascade !== null)?.cascade;
    const [own, other] = [await thresholdOf('saving'), await thresholdOf('flipped')];
    expect(own?.acceptAtConfidence).toBe(other?.acceptAtConfidence);
    expect(other?.difference.estimate).toBeLessThan(-0.5);
  });

  it('is judged by the policy on its axes, and unproven by rules about other measures', async () => {
    const policy = (model: string, cost: string) => `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${model}}
spec:
  model: saving
  currency: USD
  alpha: 0.05
  quality:
    - {metric: correct, direction: higher, nonInferiority: {margin: '0.02'}}
  cost: [${cost}]
`;
    const month = (atMost: number) => `{measure: costPerMonth, predictionsPerMonth: ${DEMAND}, atMost: '${atMost}'}`;
    const texts = [
      policy('wide', month(15_000)),
      policy('narrow', month(12_000)),
      policy('training', `${month(15_000)}, {measure: trainingCost, atMost: '1'}`),
    ];
    await apply(texts);
    const accept = async (name: string) => {
      const { points, cascades } = await show('saving', { policy: name });
      expect(cascades.marginSource).toBe('policy');
      return points.find(({ cascade }) => cascade !== null)?.acceptance;
    };
    expect(await accept('wide')).toEqual({ result: 'accepted', rules: [] });
    expect(await accept('narrow')).toMatchObject({ result: 'rejected', rules: [{ name: 'cost per month' }] });
    expect(await accept('training')).toMatchObject({
      result: 'unproven',
      rules: [{ name: 'training cost', reason: 'not measured for a cascade' }],
    });
  });
});

describe('a pair without a cascade', () => {
  const reasonOf = async (model: string, query: Record<string, unknown> = {}) => {
    const { points, cascades } = await show(model, { margin: 0.02, ...query });
    expect(points.filter(({ cascade }) => cascade !== null)).toEqual([]);
    expect(cascades.pairs.map(({ point }) => point)).toEqual(cascades.pairs.map(() => null));
    return cascades.pairs[0]?.reason ?? cascades.reason;
  };

  it('has the reason: too few examples', async () => {
    const { cheap, dear } = simulateRows(2, 200);
    await registerVersion('few', 'small', cheap);
    await registerVersion('few', 'large', dear);
    expect(await reasonOf('few')).toMatch(/^not tested: too few rows; on \d+ of \d+ fitted examples/);
  });

  it('has the reason: no confidence', async () => {
    const { cheap, dear } = simulateRows(3, 400);
    await registerVersion(
      'bare',
      'small',
      cheap.map((row) => ({ ...row, confidence: null })),
    );
    await registerVersion(
      'bare',
      'large',
      dear.map((row) => ({ ...row, confidence: 0.5 })),
    );
    expect(await reasonOf('bare')).toMatch(/^the evaluation "default" of version 1 has no confidence; import it with/);
  });

  it('has the reason: other examples', async () => {
    const { cheap } = simulateRows(4, 2000, { prefix: 'a' });
    await registerVersion('apart', 'small', cheap);
    await registerVersion('apart', 'large', simulateRows(4, 2000, { prefix: 'b' }).dear);
    // The version is no point either, so that there is no pair.
    expect(await reasonOf('apart')).toBe('no two versions have a cost and a quality that can be compared');
  });

  it('has the reason: other examples than the other version, where both have those of the baseline', async () => {
    const worst = simulateRows(10, 1000, { confident: 0.3 }).cheap.slice(48);
    const { cheap, dear } = simulateRows(11, 1000);
    await registerVersion('overlaps', 'cheap0', worst);
    await registerVersion('overlaps', 'small', cheap.slice(0, -48));
    await registerVersion('overlaps', 'large', dear);
    const { cascades } = await show('overlaps', { baseline: '3', margin: 0.05 });
    const pair = cascades.pairs.find(({ first, last }) => first === '1' && last === '2');
    expect(pair?.reason).toMatch(/^evaluated on different examples: 904 of 952 in common/);
  });

  it('has the reason: the cost of whole replicas, without a read of examples', async () => {
    expect(await reasonOf('saving', { predictionsPerMonth: 1_000_000 })).toBe(
      'its stages cost at least $2,920 a month, version 2 alone $2,190; each stage needs its own replicas',
    );
  });

  it('has the reason: the same cost of both versions', async () => {
    const { cheap, dear } = simulateRows(5, 2000);
    await registerVersion('equal', 'large', cheap);
    await registerVersion('equal', 'large', dear);
    expect(await reasonOf('equal')).toBe('no version is cheaper than one with a better estimate');
  });

  it('has the reason: no threshold is proven', async () => {
    const { cheap, dear } = simulateRows(6, 5000, { confident: 0.9, rightWhenConfident: 0.93 });
    await registerVersion(
      'loses',
      'small',
      cheap.map((row) => ({ ...row, confidence: Number(row.confidence) < 0.5 ? 0.1 : 0.9 })),
    );
    await registerVersion('loses', 'large', dear);
    expect(await reasonOf('loses', { margin: 0.01 })).toMatch(/^no threshold is shown to lose less than 0.01 on/);
  });
});

it('keeps the examples of one user on one side, and widens the intervals of dependent examples', async () => {
  const { cheap, dear } = simulateRows(8, 2000);
  const repeat = (rows: readonly Row[]) =>
    rows.flatMap((row) => [0, 1, 2, 3].map((at) => ({ ...row, id: `${row.id}-${at}`, user: row.id })));
  const [first, last] = [repeat(cheap), repeat(dear)];
  await registerVersion('clustered', 'small', first);
  await registerVersion('clustered', 'large', last);
  const { points } = await show('clustered', { margin: 0.03 });
  const cascade = points.find((point) => point.cascade !== null)?.cascade;
  const replay = replayRows(first, last, cascade?.acceptAtConfidence ?? 0);
  expect(cascade).toMatchObject({ reportedRows: replay.n });
  expect(cascade?.escalated.estimate).toBeCloseTo(replay.escalated, 12);
  // Four equal examples of each user are one: the interval is that of a quarter of the rows.
  const { lower, upper } = cascade?.escalated ?? {};
  const width = 2 * 1.96 * Math.sqrt((replay.escalated * (1 - replay.escalated)) / (replay.n / 4));
  expect(((upper ?? 0) - (lower ?? 0)) / width).toBeCloseTo(1, 1);
});

it('tries at most six pairs, those with the baseline first', async () => {
  for (const [at, resource] of (['cheap0', 'cheap1', 'cheap2'] as const).entries()) {
    const { cheap } = simulateRows(20 + at, 1000, { confident: 0.5 + at / 10 });
    await registerVersion('many', resource, cheap);
  }
  const dear = (seed: number) => simulateRows(seed, 1000).dear;
  await registerVersion('many', 'large', dear(31));
  await registerVersion('many', 'large', dear(32));
  const { cascades } = await show('many', { baseline: '5', margin: 0.05 });
  expect(cascades.pairs).toHaveLength(6);
  expect(cascades.notTried).toBeGreaterThan(0);
  expect(cascades.pairs.slice(0, 3).map(({ last }) => last)).toEqual(['5', '5', '5']);
});
