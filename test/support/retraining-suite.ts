import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { listAlerts } from '../../src/mlops/monitoring/alerts/schema.ts';
import { call, catchProblem } from '../../src/testing/application.ts';
import { listDecisions } from '../../src/tradeoff/decisions/schema.ts';
import {
  dismissRetrainingRound,
  listRetrainings,
  type RetrainingRound,
  startRetraining,
} from '../../src/tradeoff/retraining/schema.ts';
import { type RetrainingRoom, retrainingRoom } from '../../src/tradeoff/testing/retraining.ts';
import { expression, refusalTests } from './retraining-refusals.ts';

const DAY = 86_400_000;
/** One more right answer is worth a dollar, while its cost is a few cents. */
const WORTH = 'worth: {valuePerPrediction: {amount: "1", currency: USD}}';
const LITTLE = 'worth: {valuePerPrediction: {amount: "0.0000001", currency: USD}}';
const EPISODES = 'on: [{episode: {}}]';
const BETTER = 'params: {accuracy: "0.9"}';

/** Runs on each store; `newDatabase` is called once for each test that writes, and once for all others. */
export function retrainingSuite(engine: string, newDatabase: () => Promise<string>): void {
  describe(`a retraining on ${engine}`, () => {
    let room: RetrainingRoom;
    beforeEach(async () => {
      room = await retrainingRoom({ database: await newDatabase() });
      onTestFinished(() => room.application[Symbol.asyncDispose]());
    });
    episodeTests(() => room);
    waitingTests(() => room);
    triggerTests(() => room);
    personTests(() => room);
    afterwardsTests(() => room);
  });

  describe(`a document of a retraining on ${engine}`, () => {
    let room: RetrainingRoom;
    beforeAll(async () => {
      room = await retrainingRoom({ database: await newDatabase() });
    });
    afterAll(() => room?.application[Symbol.asyncDispose]());
    refusalTests(() => room);
  });
}

const partsOf = ({ timeline }: RetrainingRound) => timeline.map(({ step }) => step);

function episodeTests(inUse: () => RetrainingRoom): void {
  it('goes from an episode to a run, a candidate, a verdict and a rollout, each once, with what it cost', async () => {
    const room = inUse();
    await room.predicted(100);
    await room.retraining(
      `${EPISODES}, ${WORTH}, params: {accuracy: "0.9", from: ${expression('window.start')}, why: ${expression('reason')}}`,
    );
    await room.tell('opened');
    const round = await room.untilOver(1);
    expect(round).toMatchObject({
      state: 'promoted',
      reason: '"champion" points to version 2.',
      trigger: { kind: 'episode', name: 'episode', episode: 'ep-1', cause: 'quality' },
      champion: '1',
      candidate: '2',
      verdict: 'promote',
      params: { from: '2026-11-03T00:00:00.000Z', why: 'quality', accuracy: '0.9' },
      window: { start: '2026-11-03T00:00:00.000Z' },
      worth: { answer: 'worth', costFrom: 'cost of run #1 of "training"', lossLower: '0.08' },
      rollout: { alias: 'champion', from: '1', to: '2' },
      run: { pipeline: 'training', number: 2 },
    });
    expect(partsOf(round).join(' ')).toBe('trigger worth start test run candidate verdict rollout end');
    expect(round.timeline.map(({ at }) => at)).toEqual(round.timeline.map(({ at }) => at).toSorted());
    const [{ decision, summary } = {}] = (await call(room.application, listDecisions)).decisions;
    expect(round.gate).toMatchObject({ decision, summary: expect.stringContaining(summary ?? '-') });
    const [run] = await room.runs();
    expect(run).toMatchObject({ cause: { kind: 'retraining' }, requestedBy: 'retraining:ranker', cost: round.cost });
    await room.tell('opened');
    await room.tell('changed', { columns: ['price'] });
    await room.tell('closed', { state: 'ok' });
    await room.tell('opened', { episode: 'ep-2' });
    await room.untilWaiting(2, /^Cooldown after/);
    const { rounds, spent, champion, coolsUntil } = await room.detail();
    expect([rounds.length, spent, champion]).toEqual([2, [round.cost], '2']);
    expect(Date.parse(coolsUntil ?? '') - Date.parse(round.endedAt ?? '')).toBe(DAY);
    expect(await room.runs()).toHaveLength(2);
  });

  it('keeps a candidate that does not beat the champion, and says why', async () => {
    const room = inUse();
    await room.retraining(`${EPISODES}, params: {accuracy: "0.7"}`);
    await room.tell('opened');
    const round = await room.untilOver(1);
    expect(round).toMatchObject({ state: 'not_promoted', candidate: '2', verdict: 'reject', rollout: null });
    expect(round.reason).toMatch(/does not beat version 1 and is kept: ranker v2: reject\. .*Failed: accuracy/);
    expect((await room.detail()).champion).toBe('1');
  });

  it('says why its run made no candidate', async () => {
    const room = inUse();
    await room.retraining(`${EPISODES}, params: {accuracy: "no number"}`);
    await room.tell('opened');
    expect(await room.untilOver(1)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^"train" failed: /),
      candidateRun: null,
    });
  });

  it('has one round for what happens while another is under way, and none where that has taken it in', async () => {
    const room = inUse();
    // All episodes arrive before the first round starts, because a round does not cover later ones.
    await room.retraining(`${EPISODES}, ${BETTER}, worth: {whenUnknown: wait}`);
    for (const episode of ['a', 'b', 'c']) await room.tell('opened', { episode });
    for (const round of [1, 2, 3]) await room.untilWaiting(round, /whenUnknown: wait/);
    await room.retraining(`${EPISODES}, ${BETTER}`);
    // Past the hour until the next check of each round. Mostly the first is promoted; another one during a running check.
    await room.pass(DAY / 12);
    const rounds = [await room.untilOver(1), await room.untilOver(2), await room.untilOver(3)];
    const { round } = rounds.find(({ state }) => state === 'promoted') ?? { round: 0 };
    const reason = `Round ${round} started later and has made a candidate.`;
    for (const other of rounds.filter((one) => one.round !== round))
      expect(other).toMatchObject({ state: 'lapsed', reason });
    expect(await room.runs()).toHaveLength(2);
  });
}

function waitingTests(inUse: () => RetrainingRoom): void {
  it('has one round for a loss that two alerts have seen, and another for another loss', async () => {
    const room = inUse();
    await room.predicted(10);
    await room.retraining(`${EPISODES}, ${LITTLE}`);
    await room.tell('opened');
    await room.untilWaiting(1, /does not pay yet/);
    await room.tell('opened', { episode: 'd', alert: 'inputs', cause: 'drift' });
    const loss = { metric: 'f1', reference: 0.8, current: 0.7, lower: null, upper: null, estimated: false };
    await room.tell('opened', { episode: 'f', alert: 'f1', loss });
    await room.untilWaiting(2, /does not pay yet/);
    expect((await room.detail()).rounds.map(({ trigger }) => trigger.episode).toSorted()).toEqual(['ep-1', 'f']);
  });

  it('that is not worth it waits with the reason, and begins when the episode has grown', async () => {
    const room = inUse();
    await room.predicted(100);
    await room.retraining(
      `${EPISODES}, ${BETTER}, worth: {valuePerPrediction: {amount: "0.01", currency: USD}, minimumGain: "3"}`,
    );
    const loss = { metric: 'accuracy', reference: 0.8, current: 0.75, lower: 0.7, upper: 0.79, estimated: true };
    await room.tell('opened', { loss });
    const waits = await room.untilWaiting(1, /does not pay yet/);
    expect(waits).toMatchObject({
      worth: { answer: 'not_worth', predictionsPerDay: expect.stringMatching(/^100|^99/), decidedBy: 'lower_end' },
      startedAt: null,
    });
    await room.tell('changed', { loss: { ...loss, current: 0.6, lower: 0.55, upper: 0.65 } });
    const round = await room.untilOver(1);
    expect(round).toMatchObject({ state: 'promoted', worth: { answer: 'worth' } });
    expect(partsOf(round).slice(0, 4)).toEqual(['trigger', 'worth', 'worth', 'start']);
  });

  it('that waits lapses when the episode is over', async () => {
    const room = inUse();
    await room.predicted(10);
    await room.retraining(`${EPISODES}, ${LITTLE}`);
    await room.tell('opened');
    await room.untilWaiting(1, /does not pay yet/);
    await room.tell('closed', { state: 'ok' });
    expect(await room.untilOver(1)).toMatchObject({ state: 'lapsed', reason: 'The episode has ended.' });
    expect(await room.runs()).toHaveLength(1);
  });

  it.each([
    ['wait', /No value of a prediction is stated.*whenUnknown: wait/],
    ['retrain', null],
  ] as const)('of unknown worth does as it is told: %s', async (whenUnknown, reason) => {
    const room = inUse();
    await room.retraining(`${EPISODES}, ${BETTER}, worth: {whenUnknown: ${whenUnknown}}`);
    await room.tell('opened');
    if (reason === null) expect((await room.untilOver(1)).worth?.answer).toBe('unknown');
    else expect((await room.untilWaiting(1, reason)).worth?.answer).toBe('unknown');
  });

  it('takes what the monitor says that the episode costs a day', async () => {
    const room = inUse();
    await room.retraining(`${EPISODES}, ${BETTER}, worth: {whenUnknown: wait}`);
    await room.tell('opened', { moneyPerDay: { amount: '100', currency: 'USD' } });
    expect((await room.untilOver(1)).worth).toMatchObject({ valueFrom: 'monitor', lossPerDay: { amount: '80' } });
  });

  it('waits while its budget cannot pay for it, whatever it gains', async () => {
    const room = inUse();
    const budget = (amount: string) =>
      room.apply(
        `{apiVersion: steelyard/v1, kind: Budget, metadata: {name: ml}, spec: {subject: {purpose: training}, amount: "${amount}", currency: USD}}`,
      );
    await budget('0.000001');
    await room.predicted(100);
    await room.retraining(`${EPISODES}, ${BETTER}, ${WORTH}, budget: ml`);
    await room.tell('opened');
    expect((await room.untilWaiting(1, /^The budget "ml" has .* left/)).worth?.budget?.name).toBe('ml');
    await budget('100');
    await room.pass(DAY / 24);
    expect(await room.untilOver(1)).toMatchObject({ state: 'promoted' });
  });

  it('hears nothing of other monitors, causes and states, and of warnings that become alerts once', async () => {
    const room = inUse();
    await room.retraining(`on: [{episode: {causes: [drift]}}], ${BETTER}`);
    await room.tell('opened', { monitor: 'other', cause: 'drift' });
    await room.tell('opened', { episode: 'slow', cause: 'latency' });
    await room.tell('opened', { episode: 'd', cause: 'drift', state: 'warning' });
    await room.tell('changed', { episode: 'd', cause: 'drift', columns: ['price'] });
    expect((await room.untilOver(1)).trigger).toMatchObject({ episode: 'd', columns: ['price'] });
    expect((await room.detail()).rounds).toHaveLength(1);
  });
}

function triggerTests(inUse: () => RetrainingRoom): void {
  it('by the calendar trains on the last days, and what it misses while it cools down is one round', async () => {
    const room = inUse();
    await room.retraining(`on: [{name: nightly, cron: "0 3 * * *", lookback: 10d}], cooldown: 2d, ${BETTER}`);
    await room.pass(DAY);
    const first = await room.untilOver(1);
    const [start, end] = [first.window?.start ?? '', first.window?.end ?? ''];
    expect([first.state, Date.parse(end) - Date.parse(start)]).toEqual(['promoted', 10 * DAY]);
    await room.pass(DAY);
    await room.untilWaiting(2, /^Cooldown after/);
    await room.pass(DAY + DAY / 24);
    expect((await room.untilOver(2)).state).toBe('promoted');
    expect(await room.runs()).toHaveLength(3);
  });

  it('by enough labels trains on what is new since the last training', async () => {
    const room = inUse();
    await room.retraining(`on: [{labels: 30}, {predictions: 1000}], cooldown: 1h, ${BETTER}`);
    const { trainedUntil } = await room.detail();
    await room.predicted(40);
    await room.labelled(29);
    await room.pass(10 * 60_000);
    await expect.poll(async () => (await room.detail()).triggers.map(({ count }) => count)).toEqual([29, 40]);
    expect((await room.detail()).rounds).toEqual([]);
    await room.labelled(2, 28);
    await room.pass(10 * 60_000);
    const round = await room.untilOver(1);
    expect(round).toMatchObject({ trigger: { kind: 'labels', detail: '30 labels since the last training' } });
    expect(round.window?.start).toBe(trainedUntil);
    expect((await room.detail()).trainedUntil).toBe(round.window?.end);
    await room.pass(DAY);
    await expect.poll(async () => (await room.detail()).triggers[0]?.count).toBe(0);
  });

  it('by a change of data upstream, and says what cannot be seen', async () => {
    const room = inUse();
    const file = join(mkdtempSync(join(tmpdir(), 'upstream-')), 'train.csv');
    await room.retraining(`on: [{data: {object: ${file}}}], ${BETTER}`);
    await expect.poll(async () => (await room.detail()).triggers[0]?.problem).toContain('There is no');
    writeFileSync(file, 'a');
    await room.pass(10 * 60_000);
    await expect.poll(async () => (await room.detail()).triggers[0]?.problem).toBe(null);
    writeFileSync(file, 'b');
    await room.pass(10 * 60_000);
    expect(await room.untilOver(1)).toMatchObject({ state: 'promoted', trigger: { kind: 'data' } });
    expect((await room.detail()).rounds).toHaveLength(1);
  });
}

function personTests(inUse: () => RetrainingRoom): void {
  const start = (room: RetrainingRoom, body: object) =>
    call(room.application, startRetraining, { params: { retraining: 'ranker' }, body });

  it('by a person begins though it is not worth it, once for each request', async () => {
    const room = inUse();
    await room.predicted(10);
    await room.retraining(`${EPISODES}, ${LITTLE}, ${BETTER}`);
    await room.tell('opened');
    await room.untilWaiting(1, /does not pay yet/);
    const begun = await start(room, { round: 1, reason: 'before the holidays' });
    expect(begun.timeline.at(-1)?.text).toMatch(/Started by \w+: before the holidays\. Training data from/);
    expect((await room.untilOver(1)).state).toBe('promoted');
    expect(await catchProblem(start(room, { round: 1 }))).toMatchObject({ code: 'retraining_round_not_waiting' });
    const window = { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' };
    const again = await start(room, { requestKey: 'k', window });
    expect((await start(room, { requestKey: 'k', window })).round).toBe(again.round);
    expect(await room.untilOver(again.round)).toMatchObject({ trigger: { kind: 'person' }, window });
    expect((await room.detail()).trainedUntil).toBe(begun.window?.end);
  });

  it('is begun by one of many who ask at the same time', async () => {
    const room = inUse();
    await room.retraining(BETTER);
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => start(room, {})));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await room.untilOver(1)).toMatchObject({ state: 'promoted' });
    expect((await room.detail()).rounds).toHaveLength(1);
    expect(await room.runs()).toHaveLength(2);
  });

  it('is dismissed by a person, and not asked again for the same episode', async () => {
    const room = inUse();
    await room.predicted(10);
    await room.retraining(`${EPISODES}, ${LITTLE}`);
    await room.tell('opened');
    await room.untilWaiting(1, /does not pay yet/);
    const dismiss = () =>
      call(room.application, dismissRetrainingRound, {
        params: { retraining: 'ranker', round: 1 },
        body: { reason: 'known' },
      });
    expect(await dismiss()).toMatchObject({
      state: 'dismissed',
      reason: expect.stringContaining('Dismissed by local: known.'),
    });
    expect(await catchProblem(dismiss())).toMatchObject({ code: 'retraining_round_not_waiting' });
    await room.tell('changed', { moneyPerDay: { amount: '1000000', currency: 'USD' } });
    await room.tell('opened', { episode: 'next' });
    await room.untilWaiting(2, /does not pay yet/);
    expect((await room.round(1)).state).toBe('dismissed');
    const { retrainings } = await call(room.application, listRetrainings);
    expect(retrainings).toMatchObject([{ name: 'ranker', waiting: 1, underWay: null, lastRound: { round: 2 } }]);
  });
}

function afterwardsTests(inUse: () => RetrainingRoom): void {
  it('says what it really gained, by the labels of its version, beside what was expected', async () => {
    const room = inUse();
    await room.answered('1', 60);
    await room.retraining(
      `${EPISODES}, ${BETTER}, worth: {valuePerPrediction: {amount: "1", currency: USD}, horizon: 10h}`,
    );
    const window = { start: new Date(Date.parse(room.now()) - DAY).toISOString(), end: room.now() };
    await room.tell('opened', { window });
    const promoted = await room.untilOver(1);
    expect(promoted).toMatchObject({ state: 'promoted', realised: null, realisedGain: null });
    await room.pass(DAY / 12);
    expect(await room.until(1, ({ realised }) => realised !== null)).toMatchObject({
      realised: { gain: null, reason: 'Version 2 has 0 labelled predictions since its rollout; 30 are needed.' },
    });
    await room.answered('2', 85);
    await room.pass(DAY / 24);
    const round = await room.until(1, ({ realised }) => realised?.gain != null);
    // 85 of 100 against 60 of 100 are right, each is worth a dollar.
    expect(round.realised).toMatchObject({
      metric: 'accuracy',
      before: { value: 0.6, from: 'labels' },
      after: { value: 0.85, labels: 100 },
      predictions: '100',
      improvement: '0.25',
      gain: { amount: '25', currency: 'USD' },
      cost: promoted.cost,
      isFinal: false,
      reason: null,
    });
    expect(round.realisedGain).toEqual(round.realised?.gain);
    const [lower, upper] = [Number(round.realised?.gainLower?.amount), Number(round.realised?.gainUpper?.amount)];
    expect([lower > 10, lower < 20, upper > 30, upper < 40]).toEqual([true, true, true, true]);
    // Three of ten hours have passed.
    const expected = Number(round.realised?.expected?.amount) / Number(round.gain?.amount);
    expect([expected > 0.29, expected < 0.4]).toEqual([true, true]);
    await room.pass(31 * DAY);
    const over = await room.until(1, ({ realised }) => realised?.isFinal === true);
    expect(over.realised?.expected).toEqual(over.gain);
    expect(over.timeline.filter(({ step }) => step === 'realised').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^So far it gained \$25 \(/),
      expect.stringMatching(/^In total it gained \$25 \(/),
    ]);
  });

  it('is begun again when the new version is no better by its own labels, once for each episode and cooldown', async () => {
    const room = inUse();
    await room.apply(
      `{apiVersion: steelyard/v1, kind: Monitor, metadata: {name: ranker}, spec: {model: ranker, quality: {kind: classification},
        alerts: [{name: low, on: quality, metric: accuracy, worseThan: 0.8, windowHours: 1}]}}`,
    );
    await room.retraining(`${EPISODES}, ${BETTER}, ${WORTH}, cooldown: 12h`);
    const hourly = async (version: string, right: number) => {
      await room.answered(version, right);
      await room.pass(DAY / 24);
    };
    const episodes = async () => (await call(room.application, listAlerts, { query: { monitor: 'ranker' } })).alerts;
    await hourly('1', 50);
    const first = await room.untilOver(1);
    expect(first).toMatchObject({ state: 'promoted', candidate: '2', trigger: { cause: 'quality' } });
    // Answers of the old version are no evidence against the new one.
    await hourly('1', 50);
    await hourly('2', 55);
    await expect.poll(async () => (await episodes()).map(({ closedAs }) => closedAs)).toEqual([null, 'retrained']);
    const waits = await room.untilWaiting(2, /^Cooldown after/);
    expect(waits.trigger.episode).not.toBe(first.trigger.episode);
    await hourly('2', 55);
    expect((await room.detail()).rounds).toHaveLength(2);
    await room.retraining(`${EPISODES}, params: {accuracy: "0.95"}, ${WORTH}, cooldown: 12h`);
    await room.pass(DAY / 2);
    const second = await room.untilOver(2);
    expect(second).toMatchObject({ state: 'promoted', champion: '2', candidate: '3' });
    const named = (await room.detail()).rounds.map(({ trigger }) => trigger.episode);
    expect(new Set(named).size).toBe(named.length);
  });
}
