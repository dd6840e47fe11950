import { describe, expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { setModelAlias } from '../../mlops/registry/schema.ts';
import { mlflow, post } from '../../mlops/wire/testing.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { getDecision, replayDecision } from '../decisions/schema.ts';
import { getFrontier } from '../frontier/schema.ts';
import {
  approveVersion,
  checkGate,
  listApprovals,
  listModelPolicies,
  listPolicies,
  withdrawApproval,
} from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const application = await sharedQuietApplication({ clock: { now: () => NOW } });
const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

await apply(`
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract
  prices: [{resource: vcpu, perHour: '0.04', effectiveFrom: 2026-01-01}]
`);

const policyText = (name: string, owner: string, { floor = '0.2', more = '' } = {}) => `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${name}}
spec:
  ${owner}
  currency: USD
  quality: [{metric: ndcg, direction: higher, floor: '${floor}'}]
  cost: [{measure: trainingCost, atMost: '1'}]
  ${more}
`;

/** A version of a model of a team, with a metric and a metered training. */
async function addVersion(model: string, team: string, ndcg = 0.3): Promise<string> {
  const tags = [{ key: 'steelyard.team', value: team }];
  await mlflow(application, 'POST', 'registered-models/create', { name: model, tags });
  const { run } = await post(application, 'runs/create', { experiment_id: '0', start_time: NOW });
  const { run_id } = (run as { info: { run_id: string } }).info;
  await post(application, 'runs/log-metric', { run_id, key: 'ndcg', value: ndcg, timestamp: NOW });
  const source = `mlflow-artifacts:/0/${run_id}/artifacts/m`;
  const made = await post(application, 'model-versions/create', { name: model, source, run_id });
  const period = { start: '2026-11-10T10:00:00Z', end: '2026-11-10T11:00:00Z' };
  const subject = { run: run_id, purpose: 'training' as const };
  const usage = { usage: `${run_id}:t`, subject, resource: 'vcpu', quantity: '1', period, origin: 'test' };
  await call(application, recordUsage, { body: { intervals: [usage] } });
  return (made.model_version as { version: string }).version;
}

const setTeam = (name: string, value: string) =>
  post(application, 'registered-models/set-tag', { name, key: 'steelyard.team', value });

describe('a policy of a team', () => {
  it('decides about each model of the team, and the decision names it and replays', async () => {
    await apply(policyText('search-production', 'team: search', { more: 'environment: production' }));
    for (const model of ['ranker', 'reranker']) {
      const version = await addVersion(model, 'search');
      const body = { model, version, environment: 'production' };
      const answer = await call(application, checkGate, { body });
      expect(answer).toMatchObject({
        ...{ verdict: 'promote', policy: 'search-production', team: 'search', environment: 'production' },
      });
      const decision = answer.decision ?? '';
      const recorded = await call(application, getDecision, { params: { decision } });
      expect(recorded).toMatchObject({
        ...{ model, policy: 'search-production', policyVersion: 1, action: { alias: 'champion', to: version } },
        evidence: { policy: { spec: { model, team: 'search', environment: 'production' } } },
      });
      expect(await call(application, replayDecision, { params: { decision } })).toMatchObject({ isSame: true });
    }
    const { policies } = await call(application, listPolicies);
    expect(policies.find(({ name }) => name === 'search-production')?.spec).not.toHaveProperty('model');
    const applied = await call(application, listModelPolicies, { params: { model: 'reranker' } });
    expect(applied.policies).toMatchObject([{ name: 'search-production', spec: { model: 'reranker' } }]);
  });

  it('governs the alias of its models, until a policy of the model replaces it', async () => {
    const version = await addVersion('governed', 'maps');
    const params = { model: 'governed', alias: 'champion' };
    const move = () => catchProblem(call(application, setModelAlias, { params, body: { version } }));
    await apply(policyText('maps-gate', 'team: maps'));
    expect(await move()).toMatchObject({ code: 'alias_governed', policy: 'maps-gate' });
    await apply(policyText('governed-gate', 'model: governed', { floor: '0.9' }));
    expect(await move()).toMatchObject({ code: 'alias_governed', policy: 'governed-gate' });
    const check = { model: 'governed', version, dryRun: true };
    expect(await call(application, checkGate, { body: check })).toMatchObject({
      ...{ policy: 'governed-gate', team: null, environment: null, verdict: 'reject' },
    });
    expect(await catchProblem(call(application, checkGate, { body: { ...check, policy: 'maps-gate' } }))).toMatchObject(
      {
        code: 'policy_model_mismatch',
      },
    );
    const deleted = await mlflow(application, 'DELETE', 'registered-models/delete', { name: 'governed' });
    expect(deleted.status).toBe(403);
  });

  it('takes approvals for each model on its own', async () => {
    const version = await addVersion('approved', 'ads');
    await addVersion('unapproved', 'ads');
    await apply(policyText('ads-gate', 'team: ads', { more: 'approvals: [{role: admin, by: anyone}]' }));
    const check = (model: string) => call(application, checkGate, { body: { model, version, dryRun: true } });
    expect(await check('approved')).toMatchObject({ verdict: 'hold' });
    await call(application, approveVersion, { body: { model: 'approved', version, policy: 'ads-gate' } });
    expect(await check('approved')).toMatchObject({ verdict: 'promote' });
    expect(await check('unapproved')).toMatchObject({ verdict: 'hold' });
    const foreign = call(application, approveVersion, { body: { model: 'ranker', version, policy: 'ads-gate' } });
    expect(await catchProblem(foreign)).toMatchObject({ code: 'policy_model_mismatch' });
  });

  it('is declined with a note, which fails its check, until the account approves or withdraws', async () => {
    const version = await addVersion('declined', 'ads');
    await apply(policyText('ads-gate', 'team: ads', { more: 'approvals: [{role: admin, by: anyone}]' }));
    const asked = { model: 'declined', version, policy: 'ads-gate' };
    const check = () => call(application, checkGate, { body: { model: 'declined', version, dryRun: true } });
    await call(application, approveVersion, { body: { ...asked, decline: true, note: 'too early' } });
    const refused = await check();
    expect(refused).toMatchObject({ verdict: 'reject' });
    expect(refused.checks.find(({ side }) => side === 'approval')?.source).toContain('declined by local (too early)');
    await call(application, approveVersion, { body: asked });
    expect(await check()).toMatchObject({ verdict: 'promote' });
    await call(application, withdrawApproval, { body: asked });
    expect(await call(application, listApprovals, { query: asked })).toMatchObject({
      approvals: [],
      required: [{ role: 'admin', count: 1 }],
    });
    expect(await check()).toMatchObject({ verdict: 'hold' });
  });

  it('is replaced by that of the new team when a model changes its team; earlier decisions stay', async () => {
    await apply(`${policyText('old-gate', 'team: old-team')}---${policyText('new-gate', 'team: new-team')}`);
    const version = await addVersion('moving', 'old-team');
    const check = () => call(application, checkGate, { body: { model: 'moving', version } });
    const { decision: first, policy } = await check();
    expect(policy).toBe('old-gate');
    await setTeam('moving', 'new-team');
    expect(await check()).toMatchObject({ policy: 'new-gate', team: 'new-team' });
    const params = { decision: first ?? '' };
    expect(await call(application, getDecision, { params })).toMatchObject({
      ...{ policy: 'old-gate', evidence: { policy: { spec: { team: 'old-team' } } } },
    });
    expect(await call(application, replayDecision, { params })).toMatchObject({ isSame: true, verdict: 'promote' });
  });

  it('has its acceptance region on the frontier of its models only', async () => {
    await apply(policyText('video-gate', 'team: video'));
    await addVersion('tagger', 'video');
    await addVersion('foreign', 'audio');
    const frontier = (model: string) =>
      call(application, getFrontier, { params: { model }, query: { policy: 'video-gate' } });
    expect(await frontier('tagger')).toMatchObject({ model: 'tagger', policy: { name: 'video-gate' } });
    expect(await catchProblem(frontier('foreign'))).toMatchObject({ code: 'policy_model_mismatch' });
  });
});

describe('a document of kind Policy', () => {
  it.each([
    ['names a model and a team', 'model: ranker\n  team: search', 'model or team, one of them'],
    ['names neither', 'alias: champion', 'model or team, one of them'],
    ['has an invalid team', 'team: "Search Team"', 'lower-case letters'],
    ['has an invalid environment', 'model: ranker\n  environment: "../prod"', 'lower-case letters'],
    ['has an empty environment', 'model: ranker\n  environment: ""', 'lower-case letters'],
  ])('is refused when it %s', async (_what, owner, words) => {
    const problem = await catchProblem(apply(policyText('bad', owner)));
    expect(problem).toMatchObject({ code: 'manifest_invalid' });
    expect(JSON.stringify(problem)).toContain(words);
  });

  it('may name a team without a document of kind Team, as a budget may', async () => {
    expect(await apply(policyText('early', 'team: not-yet-known'))).toMatchObject({
      applied: [{ outcome: 'created' }],
    });
  });

  it('has a new version when it passes from a model to a team', async () => {
    await apply(policyText('passed', 'model: single'));
    await apply(policyText('passed', 'team: several'));
    const { policies } = await call(application, listPolicies);
    expect(policies.find(({ name }) => name === 'passed')).toMatchObject({
      ...{ policyVersion: 2, spec: { team: 'several' } },
    });
  });
});

it.each(['', '../x', 'Production', 'a'.repeat(64), "' or 1=1 --"])(
  'a gate check for the environment %j is refused as invalid',
  async (environment) => {
    const body = { model: 'ranker', version: '1', environment };
    expect(await catchProblem(call(application, checkGate, { body }))).toMatchObject({ code: 'invalid_request' });
  },
);
