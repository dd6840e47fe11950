import { beforeAll, describe, expect, it } from 'vitest';
import { call, catchProblem, importFiles } from '../../../testing/application.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { applyRules, billCsv, readCostBy, rulesDocument } from '../../testing/allocation.ts';
import { getAllocationRules, previewAllocation } from '../schema.ts';

const application = await sharedQuietApplication();

const preview = (rules: string, period?: string) =>
  call(application, previewAllocation, {
    body: {
      documents: [{ file: 'rules.yaml', text: rulesDocument(rules) }],
      ...(period === undefined ? {} : { period }),
    },
  });

const TAGGED = "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}\n";
const SUPPORT = "    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: cost}}\n";

describe('a preview of rules', () => {
  beforeAll(async () => {
    const rows = [
      { cost: '30', tags: { team: 'a' } },
      { cost: '10', tags: { team: 'b' } },
      { cost: '8', service: 'AWS Support' },
      { cost: '1' },
    ];
    await importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
    const older = [{ cost: '5', tags: { team: 'a' }, period: '2026-09', day: '2026-09-02' }];
    await importFiles(application, 'older', { 'b.csv': billCsv(older) });
  });

  it('is what applying then does', async () => {
    const { holders, periods } = await preview(TAGGED + SUPPORT);
    expect(periods).toEqual(['2026-09', '2026-10']);
    await applyRules(application, TAGGED + SUPPORT);
    const after = Object.fromEntries(
      holders.map(({ subject, after: amount }) => [subject.team ?? 'unallocated', amount]),
    );
    expect(await readCostBy(application, 'team')).toEqual(after);
    expect((await preview(TAGGED + SUPPORT)).unchanged).toBe(true);
    expect((await preview(TAGGED + SUPPORT)).moves).toEqual([]);
  });

  it('says what would move from whom to whom, and changes nothing', async () => {
    await applyRules(application, TAGGED);
    const { version } = await call(application, getAllocationRules);
    const said = await preview(TAGGED + SUPPORT);
    const nobody = { kind: 'unallocated', subject: {} };
    expect(said.moves).toEqual([
      { from: nobody, to: { kind: 'allocated', subject: { team: 'a' } }, currency: 'USD', amount: '6' },
      { from: nobody, to: { kind: 'allocated', subject: { team: 'b' } }, currency: 'USD', amount: '2' },
    ]);
    expect(said.totals).toEqual([
      {
        currency: 'USD',
        total: '54',
        moved: '8',
        unallocatedBefore: '9',
        unallocatedAfter: '1',
        idleBefore: '0',
        idleAfter: '0',
      },
    ]);
    expect(said.rules).toEqual([
      { rule: 'support', currency: 'USD', before: '0', after: '8' },
      { rule: 'tagged', currency: 'USD', before: '45', after: '45' },
      { rule: null, currency: 'USD', before: '9', after: '1' },
    ]);
    expect((await call(application, getAllocationRules)).version).toBe(version);
    expect(await readCostBy(application, 'team')).toEqual({ a: '35', b: '10', unallocated: '9' });
  });

  it('looks at one billing period when asked', async () => {
    const said = await preview(TAGGED, '2026-09');
    expect(said.periods).toEqual(['2026-09']);
    expect(said.totals.map(({ total }) => total)).toEqual(['5']);
  });

  it('refuses a document of another kind, and a rule that names nothing', async () => {
    const other = 'apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: a}\nspec: {}\n';
    const documents = [{ file: 'team.yaml', text: other }];
    expect(await catchProblem(call(application, previewAllocation, { body: { documents } }))).toMatchObject({
      code: 'manifest_kind_unknown',
    });
    const typo = '    - {name: typo, match: {servceName: S3}, subject: {team: a}}\n';
    expect(await catchProblem(preview(typo))).toMatchObject({ code: 'dimension_unknown' });
  });
});
