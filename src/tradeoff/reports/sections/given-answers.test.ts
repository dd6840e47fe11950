import { describe, expect, it } from 'vitest';
import { getGpuOwners } from '../../../finops/gpu-usage/schema.ts';
import { getAlert, listAlerts } from '../../../mlops/monitoring/schema.ts';
import type { Read } from '../../../platform/http/index.ts';
import { listDecisions } from '../../decisions/schema.ts';
import { listOptimizations } from '../../optimizations/schema.ts';
import { listRecommendations } from '../../recommendations/schema.ts';
import { listRetrainings } from '../../retraining/schema.ts';
import type { BuiltSection, SectionProvider, SectionQuestion } from '../provider.ts';
import { parseWeek } from '../window.ts';
import { alertsSection, retrainingSection, toDecideSection } from './changes.ts';
import { gpusSection } from './production.ts';
import { optimizationsSection, savingsSection } from './savings-and-returns.ts';

/** Model `a` and endpoint `a` are of team search, `b` of team ads; `c` has no owner. */
const teamOf = async (name: string) => ({ a: 'search', b: 'ads' })[name] ?? null;
const owners: SectionQuestion['owners'] = {
  ofModel: teamOf,
  ofEndpoint: teamOf,
  ofSubject: async ({ team, endpoint, model }) => team ?? teamOf(endpoint ?? model ?? ''),
};

const usd = (amount: string) => ({ amount, currency: 'USD' });
const unknown = { monthly: null, reason: 'unknown' };
const alert = (episode: string, model: string, more: object = {}) => ({
  ...{ episode, model, monitor: model, alert: 'inputs', cause: 'drift', state: 'warning', moneyPerDay: usd('3') },
  ...{
    openedAt: '2026-11-17T00:00:00Z',
    changedAt: '2026-11-17T00:00:00Z',
    closedAt: null,
    reason: `drift of ${model}`,
  },
  ...more,
});
const recommend = (recommendation: string, subject: object, amount: string) => ({
  ...{ recommendation, title: `stop ${recommendation}`, subject, realised: null },
  saving: { monthly: usd(amount), reason: null },
});
const optimization = (endpoint: string) => ({
  ...{ optimization: `smaller-${endpoint}`, endpoint, state: 'watched', summary: `change of ${endpoint}`, percent: 98 },
  saving: { saved: usd('1'), monthly: usd('2'), reason: null },
});
const round = { retraining: 'r', round: 1, state: 'promoted', cost: usd('5'), gain: null, realisedGain: null };

/** Answers by path; a function gets the input of the call. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  [listAlerts.path]: { alerts: ['a', 'b', 'c'].map((model) => alert(`e-${model}`, model)), nextPageToken: null },
  [listRecommendations.path]: ({ query }: { query: { state: string } }) => ({
    recommendations:
      query.state === 'open'
        ? [recommend('r1', { model: 'a' }, '10'), recommend('r2', { team: 'ads' }, '20'), recommend('r3', {}, '40')]
        : [recommend('r4', { endpoint: 'a' }, '7')],
    totals: [{ saving: { monthly: usd('70'), cost: null, reason: null }, recommendations: 3 }],
    unknownSavings: 0,
  }),
  [listOptimizations.path]: { optimizations: ['a', 'b', 'c'].map(optimization) },
  [listRetrainings.path]: {
    retrainings: ['a', 'b', 'c'].map((model) => ({
      model,
      lastRound: { ...round, retraining: `r-${model}`, openedAt: '2026-11-17T00:00:00Z', endedAt: null },
    })),
  },
  [listDecisions.path]: {
    decisions: ['a', 'b', 'c'].map((model) => ({
      ...{ decision: `d-${model}`, model, version: '1', verdict: 'hold', summary: `hold ${model}` },
      ...{ isInForce: true, needsReevaluation: false, at: '2026-11-17T00:00:00Z' },
    })),
    nextPageToken: null,
  },
  [getGpuOwners.path]: ({ query }: { query: { team?: string } }) => ({
    ...{ gpuHours: { paid: query.team === undefined ? 30 : 10 }, usedShare: 0.5, idleShare: 0.5, groupCount: 1 },
    cost: { ...unknown, currency: null, unpricedGpuHours: 0 },
    groups: ['search', 'ads']
      .filter((team) => query.team === undefined || query.team === team)
      .map((key) => ({
        ...{ key, kind: 'subject', gpuHours: { paid: 10 }, usedShare: 0.5, idleShare: 0.5 },
        cost: { ...unknown, currency: null },
      })),
  }),
};

function build(provider: SectionProvider, team: string | null, more: Readonly<Record<string, unknown>> = {}) {
  const answers = { ...ANSWERS, ...more };
  const read = (async (endpoint: { path: string }, input: unknown) => {
    const answer = answers[endpoint.path];
    return typeof answer === 'function' ? answer(input) : answer;
  }) as unknown as Read;
  const window = parseWeek('2026-W47');
  const question = { schedule: 'weekly', window, before: parseWeek('2026-W46'), team, now: window.end } as const;
  return provider.build({ ...question, read, owners });
}

async function buildRows(...asked: Parameters<typeof build>): Promise<Pick<BuiltSection, 'rows' | 'notes'>> {
  const built = await build(...asked);
  if (typeof built === 'string') throw new Error(built);
  return built;
}
const first = ({ rows }: Pick<BuiltSection, 'rows'>) => rows.map(({ cells }) => cells[0]?.value);

describe('the sections of a team', () => {
  it.each([
    [alertsSection, ['b'], 3, '1 alert of a model without an owner is in no report of a team.'],
    [optimizationsSection, ['smaller-b'], 3, '1 optimization without an owner is in no report of a team.'],
    [retrainingSection, ['r-b, round 1'], 3, '1 retraining without an owner is in no report of a team.'],
    [toDecideSection, ['b'], 3, '1 decision on a model without an owner is in no report of a team.'],
  ])('have the things that it owns, and the number of those without an owner: $id', async (section, own, all, note) => {
    const built = await buildRows(section, 'ads');
    expect(first(built)).toEqual(own);
    expect(built.notes).toContain(note);
    const whole = await buildRows(section, null);
    expect(whole.rows).toHaveLength(all);
    expect(whole.notes.join()).not.toContain('without an owner');
  });

  it('have each open saving alone, and no joint saving that includes other teams', async () => {
    const search = await buildRows(savingsSection, 'search');
    const money = ({ rows }: Pick<BuiltSection, 'rows'>) =>
      rows.map(({ cells }) => [cells[0]?.value, cells[1]?.value, cells[2]?.value]);
    expect(money(search)).toEqual([
      ['stop r1', 'open', '10'],
      ['stop r4', 'applied', '7'],
    ]);
    expect(search.notes).toContain('1 recommendation without an owner is in no report of a team.');
    expect(money(await buildRows(savingsSection, null))).toEqual([
      ['3 open recommendations together', 'open', '70'],
      ['stop r4', 'applied', '7'],
    ]);
  });

  it('have the GPU time of the team, without the sum of all', async () => {
    expect(first(await buildRows(gpusSection, 'ads'))).toEqual(['ads']);
    expect(first(await buildRows(gpusSection, null))).toEqual(['All', 'search', 'ads']);
  });
});

describe('alerts of a past window', () => {
  const later = alert('e-a', 'a', { state: 'ok', changedAt: '2026-11-25T00:00:00Z', reason: 'It is over.' });
  const steps = [
    { at: '2026-11-17T00:00:00Z', state: 'warning', reason: 'drift of age' },
    { at: '2026-11-25T00:00:00Z', state: 'ok', reason: 'It is over.' },
  ];
  const values = async (shown: object, of: object = shown) => {
    const more = { [listAlerts.path]: { alerts: [shown], nextPageToken: null }, [getAlert.path]: of };
    return (await buildRows(alertsSection, null, more)).rows[0]?.cells.map(({ value }) => value);
  };

  it('are as they were at the end of the window, also when they are over now', async () => {
    const open = ['a', 'inputs (drift)', 'open', 'drift of age', '3'];
    expect(await values({ ...later, closedAt: '2026-11-25T00:00:00Z' }, { steps })).toEqual(open);
    expect(await values(alert('e-a', 'a', { reason: 'drift of age' }))).toEqual(open);
  });

  it('have no loss when it was measured again after the window', async () => {
    const worse = [...steps.slice(0, 1), { at: '2026-11-24T00:00:00Z', state: 'critical', reason: 'more drift' }];
    expect((await values(later, { steps: worse }))?.at(-1)).toBeNull();
  });
});
