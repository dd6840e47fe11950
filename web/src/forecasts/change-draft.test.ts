import { expect, it } from 'vitest';
import { type ChangeDraft, checkedDraft } from './change-draft.ts';

const draft: ChangeDraft = {
  ...{ what: 'endpoint for search', from: '2026-12-01', until: '', dailyAmount: '240', currency: 'USD' },
  ...{ by: 'amount', factor: '', of: 'team', name: 'search' },
};

it('makes a change of what is typed, and says what is wrong only of what is typed', () => {
  expect(checkedDraft(draft).change).toEqual({
    ...{ what: 'endpoint for search', from: '2026-12-01', until: null, dailyAmount: '240', currency: 'USD' },
    ...{ factor: null, commitment: null, subject: { team: 'search' } },
  });
  expect(checkedDraft({ ...draft, of: 'everything', name: '' }).change?.subject).toEqual({});
  expect(checkedDraft({ ...draft, of: 'project', name: 'search/ranking' }).change?.subject).toEqual({
    team: 'search',
    project: 'ranking',
  });
  expect(checkedDraft({ ...draft, dailyAmount: '' })).toEqual({ change: null, problems: {} });
  expect(checkedDraft({ ...draft, name: '' })).toEqual({ change: null, problems: {} });
  expect(Object.keys(checkedDraft({ ...draft, dailyAmount: '5 €' }).problems)).toEqual(['dailyAmount']);
  const grown = checkedDraft({ ...draft, by: 'factor', factor: '1.5' }).change;
  expect(grown).toMatchObject({ factor: '1.5', dailyAmount: null, currency: null });
  expect(Object.keys(checkedDraft({ ...draft, by: 'factor', factor: '0' }).problems)).toEqual(['factor']);
  expect(checkedDraft({ ...draft, by: 'factor', factor: '' })).toEqual({ change: null, problems: {} });
  expect(checkedDraft({ ...draft, until: '2026-11-30' }).problems).toEqual({ until: '`until` after `from`' });
});
