import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { getPipelineRun, startPipelineRun } from '../../../mlops/pipelines/schema.ts';
import { applied, ended } from '../../../mlops/testing/pipelines.ts';
import { sent } from '../../../mlops/testing/serving.ts';
import { startSmtpServer } from '../../../platform/mail/smtp-server.testing.ts';
import { startReceiver } from '../../../platform/outbound/receiver.testing.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { RecommendationRoom } from '../../testing/recommendations.ts';
import { getRecommendation, keepRecommendation, listRecommendations } from '../schema.ts';
import { deleteIdlePolicy, listIdlePolicies } from './schema.ts';

const NOON = Date.parse('2026-11-26T12:00:30Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function room(settings: Parameters<typeof testApplication>[1] = {}) {
  const clock = { at: NOON, now: () => clock.at };
  const application = await testApplication({ clock }, settings);
  const made = new RecommendationRoom(application, clock);
  await made.price('0.5');
  return { application, room: made, clock, [Symbol.asyncDispose]: () => application[Symbol.asyncDispose]() };
}

type Room = Awaited<ReturnType<typeof room>>;
const policy = (spec: string) => `{apiVersion: steelyard/v1, kind: IdlePolicy, metadata: {name: idle}, spec: ${spec}}`;
/** Advances the clock minute by minute; the policies run at each minute. */
async function minutesOn({ application, clock, room: { shown } }: Room, minutes: number, endpoint = 'home') {
  for (let minute = 0; minute < minutes; minute += 1) {
    clock.at += MINUTE;
    // Measurements of a minute are stored at its end, as they are every ten seconds.
    await sent(application, 'GET', `/api/v1/endpoints/${endpoint}/metrics`);
    await application.jobs.drain();
    await application.notifications.drain();
  }
  void shown;
}
const open = (application: Application) => call(application, listRecommendations, { query: { state: 'open' } });

describe('an idle policy', () => {
  it('tells of an idle endpoint, waits its grace, and scales it to zero', async () => {
    await using all = await room();
    await all.room.endpoint('home');
    await applied(all.application, policy('{what: endpoints, window: 10m, grace: 2m, dryRun: false}'));
    await minutesOn(all, 8);
    expect((await open(all.application)).recommendations).toEqual([]);
    await minutesOn(all, 3);
    const [one] = (await open(all.application)).recommendations;
    expect(one).toMatchObject({ kind: 'scale_to_zero', notice: { policy: 'idle', isDryRun: false, keptUntil: null } });
    await minutesOn(all, 3);
    const params = { recommendation: one?.recommendation ?? '' };
    const done = await call(all.application, getRecommendation, { params });
    expect(done).toMatchObject({ state: 'applied', applied: { by: 'idle policy idle', reason: 'idle' }, notice: null });
    expect(done.timeline.map(({ step }) => step)).toEqual(['found', 'noticed', 'applied']);
    await all.room.untilReady('home', 0);
  });

  it('leaves alone what somebody keeps, and tells of it anew afterwards', async () => {
    await using all = await room();
    await all.room.endpoint('home');
    await applied(all.application, policy('{what: endpoints, window: 5m, grace: 5m, dryRun: false}'));
    await minutesOn(all, 7);
    const [one] = (await open(all.application)).recommendations;
    const params = { recommendation: one?.recommendation ?? '' };
    await call(all.application, keepRecommendation, { params, body: { hours: 1 } });
    await minutesOn(all, 10);
    expect(await call(all.application, getRecommendation, { params })).toMatchObject({
      ...{ state: 'open', notice: { keptBy: 'local' } },
    });
    // A request in the meantime does not end it.
    await sent(all.application, 'POST', '/serve/home/invocations', { inputs: { x: [[1, 2]] } });
    await minutesOn(all, 10);
    expect(await call(all.application, getRecommendation, { params })).toMatchObject({ notice: { keptBy: 'local' } });
    // The hourly look (at minute 7) has its turn in the last seconds in which it is kept: afterwards the policy alone decides.
    all.clock.at = Date.parse('2026-11-26T13:06:15Z');
    await minutesOn(all, 1);
    // Unmeasured time is not idle: the policy notices it again when the window is fully measured.
    all.clock.at += HOUR / 2;
    await minutesOn(all, 6);
    const { timeline } = await call(all.application, getRecommendation, { params });
    expect(timeline.map(({ step }) => step)).toEqual(['found', 'noticed', 'kept', 'withdrawn', 'noticed']);
    expect((await open(all.application)).recommendations).toMatchObject([{ notice: { keptUntil: null } }]);
  });

  it('only says what it would do unless it is told to, and lets go of what is asked again', async () => {
    await using all = await room();
    const { application } = all;
    await all.room.endpoint('home');
    await applied(application, policy('{what: endpoints, window: 5m, grace: 1m}'));
    await minutesOn(all, 12);
    const [one] = (await open(application)).recommendations;
    const params = { recommendation: one?.recommendation ?? '' };
    const dry = await call(application, getRecommendation, { params });
    expect(dry.timeline.map(({ step }) => step)).toEqual(['found', 'noticed', 'dry_run']);
    expect((await all.room.shown('home')).newest.revision).toBe(1);
    await sent(application, 'POST', '/serve/home/invocations', { inputs: { x: [[1, 2]] } });
    await minutesOn(all, 1);
    expect(await call(application, getRecommendation, { params })).toMatchObject({ notice: null });
    expect(await catchProblem(call(application, keepRecommendation, { params, body: { hours: 4 } }))).toMatchObject({
      code: 'recommendation_not_noticed',
    });
  });

  it('tells by webhook and mail, keeps what the link of the notice leads to, and is deleted with its notices', async () => {
    await using receiver = await startReceiver();
    await using smtp = await startSmtpServer();
    const folder = mkdtempSync(join(tmpdir(), 'steelyard-idle-'));
    writeFileSync(join(folder, 'smtp'), `smtp://me:pw@127.0.0.1:${smtp.port}`);
    await using all = await room({
      ...{ webhookAllowedHosts: `127.0.0.1:${receiver.port}`, publicUrl: 'http://localhost:4610/' },
      ...{ smtpUrl: `file:${join(folder, 'smtp')}`, smtpFrom: 'steelyard@example.org' },
    });
    const { application } = all;
    await all.room.endpoint('home');
    const told = `notify: [{webhook: {url: "${receiver.url}"}}, {email: {to: ml@example.org}}]`;
    await applied(application, policy(`{what: endpoints, window: 5m, grace: 30m, dryRun: false, ${told}}`));
    await minutesOn(all, 8);
    const [one] = (await open(application)).recommendations;
    const params = { recommendation: one?.recommendation ?? '' };
    const link = `http://localhost:4610/recommendations/${params.recommendation}`;
    const [posted, ...more] = receiver.received;
    expect(more).toEqual([]);
    expect(JSON.parse(posted?.body ?? '')).toMatchObject({
      type: 'steelyard.recommendation.noticed',
      subject: params.recommendation,
      data: { policy: 'idle', isDryRun: false, actsAt: one?.notice?.actsAt, links: { page: link } },
    });
    expect(smtp.taken).toMatchObject([{ to: ['ml@example.org'], content: expect.stringContaining(link) }]);
    expect(smtp.taken[0]?.content).toContain(`steelyard recommend keep ${params.recommendation}`);
    // The link is a page of this server, and what its buttons ask for keeps it.
    expect((await sent(application, 'GET', new URL(link).pathname)).statusCode).toBe(200);
    await call(application, keepRecommendation, { params, body: { hours: 8 } });
    const kept = (await open(application)).recommendations[0]?.notice;
    expect(kept).toMatchObject({ keptBy: 'local', keptUntil: new Date(all.clock.at + 8 * HOUR).toISOString() });
    // A kept recommendation is not announced twice; deleting the policy withdraws its notices.
    expect((await call(application, listIdlePolicies)).policies).toMatchObject([{ name: 'idle', told: 2, noticed: 1 }]);
    const deleted = () => call(application, deleteIdlePolicy, { params: { policy: 'idle' } });
    expect(await deleted()).toEqual({ name: 'idle', withdrawn: 1 });
    expect(await catchProblem(deleted())).toMatchObject({ code: 'idle_policy_not_found' });
    await minutesOn(all, 3);
    const over = await call(application, getRecommendation, { params });
    expect(over).toMatchObject({ state: 'open', notice: null });
    expect(over.timeline.at(-1)?.text).toBe('local deleted the idle policy idle; its action is cancelled');
    expect([receiver.received.length, smtp.taken.length]).toEqual([1, 1]);
  });

  it('does not cover what is not about its subject', async () => {
    await using all = await room();
    await all.room.endpoint('home');
    await applied(all.application, policy('{what: endpoints, window: 5m, subject: {endpoint: other}, dryRun: false}'));
    await minutesOn(all, 7);
    expect((await open(all.application)).recommendations).toEqual([]);
  });
});

it('an idle policy stops a run of a pipeline whose GPU does nothing, and no other', async () => {
  await using all = await room();
  const { application, clock } = all;
  await applied(
    application,
    '{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: training}, spec: {concurrency: {runs: 2}, steps: {train: {run: sleep 600}}}}',
  );
  await applied(application, policy('{what: runs, window: 10m, grace: 1m, dryRun: false}'));
  const begin = async () =>
    (await call(application, startPipelineRun, { params: { pipeline: 'training' }, body: {} })).run;
  const [idle, busy] = [await begin(), await begin()];
  const stepRun = async (run: string) => {
    let found: string | null = null;
    await expect
      .poll(async () => {
        found =
          (await call(application, getPipelineRun, { params: { pipeline: 'training', run } })).stepList[0]?.mlflowRun ??
          null;
        return found;
      })
      .not.toBeNull();
    return found ?? '';
  };
  const runs = [
    { run_id: await stepRun(idle), busyAt: -1 },
    { run_id: await stepRun(busy), busyAt: 8 },
  ];
  for (let minute = 0; minute < 14; minute += 1) {
    for (const { run_id, busyAt } of runs) {
      const value = minute === busyAt ? 80 : 0;
      const metrics = [{ key: 'system/gpu_0_utilization_percentage', value, timestamp: clock.at, step: minute }];
      const answer = await sent(application, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id, metrics });
      expect(answer.statusCode).toBe(200);
    }
    await application.jobs.drain();
    await application.notifications.drain();
    clock.at += MINUTE;
  }
  expect((await ended(application, 'training', idle)).stopRequestedBy).toContain('idle policy idle');
  const other = await call(application, getPipelineRun, { params: { pipeline: 'training', run: busy } });
  expect(other).toMatchObject({ state: 'running', stopRequestedBy: null });
  const { recommendations } = await call(application, listRecommendations, { query: { state: 'done' } });
  expect(recommendations).toMatchObject([{ kind: 'stop_run', applied: { by: 'idle policy idle' } }]);
});
