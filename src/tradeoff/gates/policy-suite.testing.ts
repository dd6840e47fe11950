import { describe, expect, it, onTestFinished } from 'vitest';
import { registryMigrations } from '../../mlops/registry/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { gateMigrations } from './migrations.ts';
import { chooseModelPolicy, type PolicyChoice } from './policy-of-model.ts';
import { PolicyManifestSpec } from './schema.ts';
import { findModelPolicies, findPolicies, putPolicy } from './store.ts';

const AT = '2026-11-10T12:00:00.000Z';
const TERMS = {
  currency: 'USD',
  quality: [{ metric: 'accuracy', direction: 'higher', floor: '0.8' }],
  cost: [{ measure: 'trainingCost', atMost: '1' }],
};

/** Applies a policy of a model or of a team. */
function put(store: Store, name: string, owner: { model?: string; team?: string; environment?: string }) {
  const spec = PolicyManifestSpec.parse({ ...owner, ...TERMS });
  return store.transaction((sql) => putPolicy(sql, { name, policyVersion: 1, spec }, AT));
}

interface TagTables {
  registered_model_tag: { model: string; key: string; value: string };
}

async function setTeam(store: Store, model: string, value: string): Promise<void> {
  const row = { model, key: 'steelyard.team', value };
  const insert = store.tables<TagTables>().insertInto('registered_model_tag').values(row);
  await insert.onConflict((of) => of.columns(['model', 'key']).doUpdateSet({ value })).execute();
}

type Open = () => Promise<Store>;

/** Policies of models and teams: `open` has all migrations, `openEmpty` none. */
export function policySuite(name: string, open: Open, openEmpty: Open): void {
  describe(`policies on ${name}`, () => testApplied(open));
  describe(`the policy of a gate on ${name}`, () => testChoice(open));
  it(`policies of before there were teams on ${name} stay those of their model`, async () => {
    const store = await openEmpty();
    onTestFinished(() => store[Symbol.asyncDispose]());
    const before = Object.entries(gateMigrations).filter(([key]) => key < 'gates/003');
    await store.migrate({ ...registryMigrations, ...Object.fromEntries(before) });
    const spec = { model: 'ranker', alias: 'champion', ...TERMS };
    const row = { name: 'old', version: 3, spec: JSON.stringify(spec), applied_at: AT };
    await store.tables<{ policy: typeof row }>().insertInto('policy').values(row).execute();
    await store.migrate({ ...registryMigrations, ...gateMigrations });
    expect(await findModelPolicies(store, 'ranker')).toEqual([{ name: 'old', policyVersion: 3, spec }]);
    expect(await findPolicies(store, 'old')).toEqual([{ name: 'old', policyVersion: 3, spec }]);
  });
}

const namesOf = async (store: Store, model: string) =>
  (await findModelPolicies(store, model)).map((policy) => policy.name);

function testApplied(open: Open): void {
  it('of a team apply to its models, with the model filled in', async () => {
    const store = await open();
    await put(store, 'search-gate', { team: 'search', environment: 'production' });
    await put(store, 'other-gate', { team: 'ads' });
    await setTeam(store, 'ranker', 'search');
    expect(await findModelPolicies(store, 'ranker')).toEqual([
      {
        ...{ name: 'search-gate', policyVersion: 1 },
        spec: { model: 'ranker', team: 'search', environment: 'production', alias: 'champion', ...TERMS },
      },
    ]);
    expect(await namesOf(store, 'untagged')).toEqual([]);
  });

  it('of a model go before those of its team, for the same environment', async () => {
    const store = await open();
    await setTeam(store, 'ranker', 'search');
    await setTeam(store, 'reranker', 'search');
    await put(store, 'own-staging', { model: 'ranker', environment: 'staging' });
    await put(store, 'team', { team: 'search' });
    await put(store, 'team-production', { team: 'search', environment: 'production' });
    await put(store, 'team-staging', { team: 'search', environment: 'staging' });
    expect(await namesOf(store, 'ranker')).toEqual(['own-staging', 'team', 'team-production']);
    expect(await namesOf(store, 'reranker')).toEqual(['team', 'team-production', 'team-staging']);
  });

  it('follow a model that changes its team, and a policy that changes its owner', async () => {
    const store = await open();
    await put(store, 'search-gate', { team: 'search' });
    await put(store, 'ads-gate', { team: 'ads' });
    await setTeam(store, 'ranker', 'search');
    expect(await namesOf(store, 'ranker')).toEqual(['search-gate']);
    await setTeam(store, 'ranker', 'ads');
    expect(await namesOf(store, 'ranker')).toEqual(['ads-gate']);
    await put(store, 'ads-gate', { model: 'other' });
    expect(await namesOf(store, 'ranker')).toEqual([]);
    expect(await namesOf(store, 'other')).toEqual(['ads-gate']);
  });

  it.each(["ra'nk; drop table policy --", '%', 'ranker\\', '🤖/model@1', '__proto__'])(
    'of a model named %s are its own only',
    async (model) => {
      const store = await open();
      await put(store, 'own', { model });
      await put(store, 'plain', { model: 'ranker' });
      await put(store, 'search-gate', { team: 'search', environment: 'production' });
      await setTeam(store, model, "search' or '1'='1");
      expect(await namesOf(store, model)).toEqual(['own']);
      await setTeam(store, model, 'search');
      expect(await namesOf(store, model)).toEqual(['own', 'search-gate']);
    },
  );
}

const choose = async (store: Store, choice: Omit<PolicyChoice, 'model'> = {}) => {
  try {
    return (await chooseModelPolicy(store, { model: 'ranker', ...choice })).name;
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : error;
  }
};

function testChoice(open: Open): void {
  it('is the one without an environment, else the only one, else an error that lists the candidates', async () => {
    const store = await open();
    expect(await choose(store)).toBe(
      'policy_not_found: Model "ranker" has no policy. Apply a document of kind Policy for it, or for a team and set its tag steelyard.team.',
    );
    await setTeam(store, 'ranker', 'search');
    expect(await choose(store)).toMatch(/for it or for its team "search"\.$/);
    await put(store, 'production', { team: 'search', environment: 'production' });
    expect(await choose(store)).toBe('production');
    await put(store, 'staging', { model: 'ranker', environment: 'staging' });
    expect(await choose(store)).toBe(
      'policy_ambiguous: Model "ranker" has the policies production (production), staging (staging). State the environment, or name one of them.',
    );
    await put(store, 'plain', { team: 'search' });
    expect(await choose(store)).toBe('plain');
    await put(store, 'second', { team: 'search' });
    expect(await choose(store)).toBe(
      'policy_ambiguous: Model "ranker" has the policies plain, second. Name one of them.',
    );
  });

  it('is that of the stated environment, else an error with the environments that exist', async () => {
    const store = await open();
    await put(store, 'plain', { model: 'ranker' });
    expect(await choose(store, { environment: 'staging' })).toBe(
      'policy_not_found: Model "ranker" has no policy for environment "staging". Its policies have no environment: leave it out.',
    );
    await setTeam(store, 'ranker', 'search');
    await put(store, 'production', { team: 'search', environment: 'production' });
    expect(await choose(store, { environment: 'production' })).toBe('production');
    expect(await choose(store, { environment: 'staging' })).toBe(
      'policy_not_found: Model "ranker" has no policy for environment "staging". There are policies for: production.',
    );
    await put(store, 'own', { model: 'ranker', environment: 'production' });
    expect(await choose(store, { environment: 'production' })).toBe('own');
    await put(store, 'own-too', { model: 'ranker', environment: 'production' });
    expect(await choose(store, { environment: 'production' })).toMatch(/^policy_ambiguous: .* Name one of them\.$/);
  });

  it('that is named must apply to the model and be for the stated environment', async () => {
    const store = await open();
    await put(store, 'team', { team: 'search' });
    expect(await choose(store, { policy: 'nope' })).toBe(
      'policy_not_found: There is no policy "nope". List the policies with: steelyard policy list',
    );
    expect(await choose(store, { policy: 'team' })).toBe(
      'policy_model_mismatch: Policy "team" is for models of team "search"; model "ranker" has no tag steelyard.team.',
    );
    await setTeam(store, 'ranker', 'ads');
    expect(await choose(store, { policy: 'team' })).toMatch(/model "ranker" is of team "ads"\.$/);
    await setTeam(store, 'ranker', 'search');
    expect(await choose(store, { policy: 'team' })).toBe('team');
    expect(await choose(store, { policy: 'team', environment: 'staging' })).toBe(
      'policy_environment_mismatch: Policy "team" has no environment; "staging" was asked for. Leave the policy or the environment out.',
    );
    await put(store, 'own', { model: 'ranker' });
    expect(await choose(store, { policy: 'team' })).toBe(
      'policy_model_mismatch: Policy "team" of team "search" does not apply to model "ranker": its own policy "own" without an environment goes before it.',
    );
  });
}
