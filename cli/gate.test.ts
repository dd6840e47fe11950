import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../src/platform/units/durations.ts';
import { golden, normalised, type ServedFolder, serveFolder, steelyard, temporaryFolder } from './testing.ts';

const ORG = `apiVersion: steelyard/v1
kind: Team
metadata: {name: search}
spec: {displayName: Search, owner: search@example.org}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: ranking}
spec: {team: search}
---
apiVersion: steelyard/v1
kind: Environment
metadata: {name: production}
spec: {production: true}
`;

const MONEY = `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract of 2026-01
  prices:
    - {resource: vcpu, perHour: '0.04', effectiveFrom: 2026-01-01}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: search}
spec: {subject: {team: search}, amount: '500', currency: USD}
`;

const POLICY = `apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  quality:
    - {metric: ndcg, direction: higher, floor: '0.2'}
  cost:
    - {measure: trainingCost, atMost: '1'}
    - {measure: costPerThousandPredictions, basis: benchmark, atMost: '0.01'}
`;

/** Budgets are seen in the month of the clock. */
const THIS_MONTH = new Date().toISOString().slice(0, 7);
const START = Date.parse('2026-10-01T00:00:00Z');
const folder = temporaryFolder();
let server: ServedFolder;
let runs = 0;

beforeAll(async () => {
  server = await serveFolder();
  const config = join(folder, 'config');
  mkdirSync(join(config, 'policies'), { recursive: true });
  writeFileSync(join(config, 'org.yaml'), ORG);
  writeFileSync(join(config, 'money.yml'), MONEY);
  writeFileSync(join(config, 'policies', 'production.yaml'), POLICY);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function expectGolden(name: string, ...argv: string[]): Promise<number> {
  const ended = await server.run(...argv);
  const { actual, expected } = golden(name, normalised(ended, [folder, server.data]).replaceAll(THIS_MONTH, '<month>'));
  expect(actual).toBe(expected);
  return ended.code;
}

async function mlflow<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

/** Registers a version whose run has the metric; its training and serving are recorded by `usage record`. */
async function registerVersion(ndcg: number, servedHours: number | null): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id: '0',
    run_name: `rank-${ndcg}`,
    start_time: START + runs * HOUR_MS,
  });
  runs += 1;
  const runId = run.info.run_id;
  await mlflow('runs/log-metric', { run_id: runId, key: 'ndcg', value: ndcg, timestamp: START, step: 0 });
  await mlflow('runs/log-parameter', { run_id: runId, key: 'rank', value: '16' });
  await mlflow('registered-models/create', { name: 'ranker' }).catch(() => undefined);
  const source = `mlflow-artifacts:/0/${runId}/artifacts/model`;
  const created = await mlflow<{ model_version: { version: string } }>('model-versions/create', {
    name: 'ranker',
    source,
    run_id: runId,
  });
  const { version } = created.model_version;
  const usage = (name: string, hours: number, rest: object) => ({
    usage: `v${version}:${name}`,
    resource: 'vcpu',
    quantity: '2',
    period: { start: new Date(START).toISOString(), end: new Date(START + hours * HOUR_MS).toISOString() },
    origin: 'test',
    ...rest,
  });
  const subject = { model: 'ranker', modelVersion: version, purpose: 'inference' };
  const intervals = [usage('train', 1, { subject: { run: runId, purpose: 'training' } })];
  if (servedHours !== null) intervals.push(usage('serve', servedHours, { subject, predictions: 10_000 }));
  const file = join(folder, 'usage.json');
  writeFileSync(file, JSON.stringify({ intervals }));
  expect(await server.run('usage', 'record', '-f', file)).toMatchObject({ code: 0 });
  return version;
}

describe('from configuration to a decision on the command line', () => {
  it('says what to do first when there is nothing', async () => {
    for (const noun of [
      'model',
      'run',
      'decision',
      'policy',
      'price',
      'budget',
      'usage',
      'team',
      'project',
      'environment',
    ]) {
      const { code, out, err } = await server.run(noun, 'list');
      expect({ noun, code, out }).toEqual({ noun, code: 0, out: '' });
      expect(err).toMatch(/^No /);
    }
  });

  it('applies a folder of YAML, all or none', async () => {
    const config = join(folder, 'config');
    await expectGolden('apply-dry-run', 'apply', '-f', config, '--dry-run');
    expect((await server.run('policy', 'list')).out).toBe('');
    await expectGolden('apply', 'apply', '-f', config);
    await expectGolden('apply-again', 'apply', '-f', config, '--json');
    for (const noun of ['policy', 'price', 'budget', 'team', 'project', 'environment']) {
      await expectGolden(`${noun}-list`, noun, 'list');
    }
  });

  it.each([
    [
      'a misspelt field',
      POLICY.replace('direction', 'directoin'),
      1,
      /^error\[manifest_invalid\]: .*typo\.yaml:8.*direct/,
    ],
    ['an unknown kind', POLICY.replace('Policy', 'Polisy'), 1, /^error\[manifest_kind_unknown\]: .*typo\.yaml/],
    ['broken YAML', 'kind: Policy\nspec: [', 1, /^error\[yaml_invalid\]: .*typo\.yaml/],
    ['an empty file', '', 1, /^error\[file_empty\]: .*typo\.yaml/],
    ['binary text', '\0', 1, /^error\[file_not_utf8\]: .*typo\.yaml/],
  ])('refuses a policy with %s, and nothing stored has changed', async (_what, text, code, sentence) => {
    const before = await server.run('policy', 'list', '--json');
    const file = join(folder, 'typo.yaml');
    writeFileSync(file, text);
    const ended = await server.run('apply', '-f', join(folder, 'config'), '-f', file);
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' });
    expect(ended.err).toMatch(sentence);
    expect(await server.run('policy', 'list', '--json')).toEqual(before);
  });

  it('refuses a missing file and a folder without YAML', async () => {
    expect(await server.run('apply', '-f', join(folder, 'nothing'))).toMatchObject({ code: 1 });
    expect((await server.run('apply', '-f', temporaryFolder())).err).toContain('has no .yaml or .yml file');
  });

  it('promotes with exit 0, holds with 10, rejects with 11', async () => {
    const check = (version: string, ...more: string[]) =>
      ['gate', 'check', 'ranker', version, '--policy', 'production', ...more] as const;
    const good = await registerVersion(0.25, 1);
    expect(await expectGolden('gate-dry-run', ...check(good, '--dry-run'))).toBe(0);
    expect(await expectGolden('gate-promote', ...check(good))).toBe(0);
    expect(await expectGolden('gate-hold', ...check(await registerVersion(0.3, null)))).toBe(10);
    expect(await expectGolden('gate-reject', ...check(await registerVersion(0.1, 100)))).toBe(11);
    expect(await expectGolden('gate-reject-json', ...check('3', '--dry-run', '--json'))).toBe(11);
  });

  it('lists and shows what came of it', async () => {
    await expectGolden('decision-list', 'decision', 'list');
    await expectGolden('model-list', 'model', 'list');
    await expectGolden('model-show', 'model', 'show', 'ranker');
    const october = ['--from', '2026-10-01', '--to', '2026-10-31'];
    await expectGolden('model-scorecards', 'model', 'scorecard', ...october);
    await expectGolden('model-scorecard', 'model', 'scorecard', 'ranker', ...october);
    await expectGolden('run-list', 'run', 'list', '--experiment', 'Default', '--filter', 'metrics.ndcg > 0.2');
    await expectGolden('usage-list', 'usage', 'list', '--model', 'ranker');
    await expectGolden('experiment-list', 'experiment', 'list');
    const { decisions } = JSON.parse((await server.run('decision', 'list', '--verdict', 'promote', '--json')).out) as {
      decisions: { decision: string }[];
    };
    expect(decisions).toHaveLength(1);
    await expectGolden('decision-show', 'decision', 'show', decisions[0]?.decision ?? '');
    const { runs } = JSON.parse((await server.run('run', 'list', '--json')).out) as { runs: { runId: string }[] };
    await expectGolden('run-show', 'run', 'show', runs[0]?.runId ?? '');
  });

  it('verifies the chain, exports a decision, and replays the file without a server', async () => {
    await expectGolden('decision-verify', 'decision', 'verify');
    const { head } = JSON.parse((await server.run('decision', 'verify', '--json')).out) as { head: string };
    expect((await server.run('decision', 'verify', '--head', head)).code).toBe(0);
    expect((await server.run('decision', 'verify', '--head', `1:${'0'.repeat(64)}`)).code).toBe(1);
    const { decisions } = JSON.parse((await server.run('decision', 'list', '--json')).out) as {
      decisions: { decision: string; verdict: string }[];
    };
    for (const { decision, verdict } of decisions) {
      const file = join(folder, `${decision}.json`);
      expect((await server.run('decision', 'export', decision, '--out', file)).code).toBe(0);
      const replayed = await steelyard(['decision', 'replay', file, '--json']);
      expect(replayed.code).toBe(0);
      expect(JSON.parse(replayed.out)).toMatchObject({ decision, verdict, recordedVerdict: verdict, isSame: true });
      const onServer = await server.run('decision', 'replay', decision, '--json');
      expect(JSON.parse(onServer.out)).toMatchObject({ verdict, isSame: true });
    }
    const [{ decision } = { decision: '' }] = decisions;
    const file = join(folder, `${decision}.json`);
    const changed = join(folder, 'changed.json');
    writeFileSync(changed, readFileSync(file, 'utf8').replace('"floor": "0.2"', '"floor": "0.1"'));
    const refused = await steelyard(['decision', 'replay', changed, '--json']);
    expect(refused.code).toBe(8);
    expect(JSON.parse(refused.out)).toMatchObject({
      code: 'decision_export_changed',
      differing: expect.arrayContaining(['evidence.policy', 'chain.sha256']),
    });
    const missing = await steelyard(['decision', 'replay', join(folder, 'no-such.json'), '--json']);
    expect(JSON.parse(missing.out)).toMatchObject({ code: 'file_not_found' });
  });

  it('checks by a policy of the team for an environment, whose decision replays without a server', async () => {
    const file = join(folder, 'team.yaml');
    const [name, owner] = ['{name: search-staging}', 'team: search\n  environment: staging\n  alias: staging'];
    writeFileSync(file, POLICY.replace('{name: production}', name).replace('model: ranker', owner));
    await mlflow('registered-models/set-tag', { name: 'ranker', key: 'steelyard.team', value: 'search' });
    expect((await server.run('apply', '-f', file)).code).toBe(0);
    await expectGolden('policy-list-model', 'policy', 'list', '--model', 'ranker');
    const check = ['gate', 'check', 'ranker', '1', '--environment', 'staging'];
    expect(await expectGolden('gate-environment', ...check)).toBe(0);
    expect(await expectGolden('gate-environment-unknown', ...check.slice(0, -1), 'canary')).toBe(4);
    const { decision } = JSON.parse((await server.run(...check, '--json')).out) as { decision: string };
    expect((await server.run('decision', 'show', decision)).out).toMatch(/policy of +team search, environment staging/);
    const exported = join(folder, 'team-decision.json');
    expect((await server.run('decision', 'export', decision, '--out', exported)).code).toBe(0);
    const replayed = await steelyard(['decision', 'replay', exported, '--json']);
    expect(JSON.parse(replayed.out)).toMatchObject({ decision, verdict: 'promote', isSame: true });
  });

  it.each([
    ['gate check ranker 1 --policy none', 4, 'policy_not_found'],
    ['gate check ranker 1 --environment canary', 4, 'policy_not_found'],
    ['gate check ranker 1 --environment ../x', 2, 'usage'],
    ['gate check ranker 1 --policy production --environment staging', 1, 'policy_environment_mismatch'],
    ['gate check ranker 99 --policy production', 4, 'model_version_not_found'],
    ['gate check nobody 1 --policy production', 1, 'policy_model_mismatch'],
    ['model show nobody', 4, 'model_not_found'],
    ['run show nobody', 4, 'run_not_found'],
    ['run list --experiment nobody', 4, 'experiment_not_found'],
    ['run list --filter nobody', 2, 'search_filter_invalid'],
    ['decision show dec_00000000000000000000', 4, 'decision_not_found'],
    ['decision show nobody', 2, 'invalid_request'],
  ])('%s ends with %i, %s', async (line, code, error) => {
    const ended = await server.run(...line.split(' '), '--json');
    expect({ code: ended.code, ...(JSON.parse(ended.out) as object) }).toMatchObject({ code: error });
    expect(ended.code).toBe(code);
  });

  it('pages through a long list', async () => {
    const all = JSON.parse((await server.run('usage', 'list', '--json')).out) as { intervals: object[] };
    const some = JSON.parse((await server.run('usage', 'list', '--limit', '2', '--json')).out) as object;
    expect(some).toEqual({ intervals: all.intervals.slice(0, 2), nextPageToken: expect.any(String) });
  });
});

describe('usage records on the command line', () => {
  it.each([
    ['no JSON', '{', 'file_format_unknown'],
    ['no intervals', '{"intervals": []}', 'usage_interval_invalid'],
    ['an unknown field', '{"intervals": [{"usage": "a", "gpu": 1}]}', 'usage_interval_invalid'],
  ])('refuses %s and names the file', async (_what, text, code) => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, text);
    const { code: ended, err } = await server.run('usage', 'record', '-f', file);
    expect({ ended, error: err }).toEqual({ ended: 1, error: expect.stringContaining(`error[${code}]: ${file}`) });
  });
});
