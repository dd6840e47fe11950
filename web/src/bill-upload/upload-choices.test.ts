import { expect, it } from 'vitest';
import { describeRefusal, listChoices } from './upload-choices.ts';

const problem = (code: string, more: object = {}) => ({
  ...{ type: '', title: '', status: 422, code, detail: '', requestId: '' },
  ...more,
});

it.each([
  ['bill_rows_rejected', { rejectedRows: 3 }, [{ allowRejected: 3 }]],
  ['bill_rows_rejected', {}, []],
  ['bill_period_shrinks', {}, [{ allowShrink: true }]],
  ['bill_date_ambiguous', {}, [{ dateFormat: 'month-first' }, { dateFormat: 'day-first' }]],
  ['bill_overlap_unclear', {}, [{ overlap: 'beside' }, { overlap: 'replaces' }]],
  ['file_empty', {}, []],
])('%s with %j offers %j', (code, more, options) => {
  expect(listChoices(problem(code, more)).map((choice) => choice.options)).toEqual(options);
});

it('leaves out what a refusal says about the command line', () => {
  const detail = '2 rows are not acceptable. First: a.csv, line 3: no date. Correct it with --allow-rejected 2.';
  expect(describeRefusal(detail)).toBe('2 rows are not acceptable. First: a.csv, line 3: no date.');
});
