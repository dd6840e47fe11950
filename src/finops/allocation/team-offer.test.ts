import { describe, expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { applyRules, type BillRow, billCsv } from '../testing/allocation.ts';
import { getCoverage } from './schema.ts';
import { getTeamOffer } from './team-offer/schema.ts';

const application = await sharedQuietApplication();
const importRows = (rows: readonly BillRow[]) => importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
const offered = () => call(application, getTeamOffer);

describe('a rule by the tag that names a team', () => {
  it('is not offered before there is a bill, or when no row has such a tag', async () => {
    expect(await offered()).toEqual({ offer: null, reason: 'No bill counts yet.' });
    await importRows([{ cost: '5', tags: { teamwork: 'yes', steam: 'on' } }]);
    expect(await offered()).toEqual({ offer: null, reason: 'No row of the bill has a tag that names a team.' });
  });

  it('takes every spelling of the key, says what it takes in effective cost, and takes that when it is applied', async () => {
    await importRows([
      { cost: '1', effective: '60', tags: { Team: 'Search' } },
      { cost: '0', effective: '20', tags: { 'team-name': 'fraud', team: '' } },
      { cost: '0', effective: '8', tags: { 'user:team_name': 'SEARCH' } },
      { cost: '2', effective: '12', tags: { owner: 'ops' } },
      { cost: '3', currency: 'EUR' },
    ]);
    await applyRules(application, '    - {name: shop, match: {serviceName: none}, subject: {project: shop}}\n');
    const { offer } = await offered();
    expect(offer).toMatchObject({
      tagKeys: ['team', 'team-name', 'user:team_name'],
      values: 2,
      billRows: 3,
      allRows: 5,
      amounts: [
        { currency: 'EUR', amount: '0', share: 0 },
        { currency: 'USD', amount: '88', share: 0.88 },
      ],
    });
    await call(application, postApply, { body: { documents: [{ file: 'offer.yaml', text: offer?.document ?? '' }] } });
    const { rows } = await call(application, getCoverage, { query: { by: 'team', metric: 'effectiveCost' } });
    expect(rows.map(({ value, allocated }) => [value, allocated])).toEqual(
      expect.arrayContaining([
        ['search', '68'],
        ['fraud', '20'],
      ]),
    );
    expect(await offered()).toEqual({ offer: null, reason: 'Rules in force assign cost to teams.' });
  });
});
