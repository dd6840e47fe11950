import { describe, expect, it } from 'vitest';
import { refuseFile, suggestSource } from './file-check.ts';

describe('a file that was chosen as a bill', () => {
  it.each([
    ['empty', { name: 'a.csv', size: 0 }, 'a.csv is empty (0 bytes)'],
    ['larger than the limit', { name: 'a.csv', size: 2_000 }, 'at most 1\u00a0KB'],
    ['of another format', { name: 'bill.pdf', size: 10 }, 'bill.pdf is not a bill file'],
    ['without an ending', { name: '../../etc/passwd', size: 10 }, 'is not a bill file'],
  ])('that is %s is refused with a sentence', (_what, file, sentence) => {
    expect(refuseFile(file, 1_000)).toContain(sentence);
  });

  it.each(['a.csv', 'a.CSV.gz', 'part-00001.parquet', 'bill.gz'])('named %s can be sent', (name) => {
    expect(refuseFile({ name, size: 1 }, undefined)).toBeNull();
  });

  it.each([
    ['focus-aws-2026-10.csv.gz', 'aws'],
    ['Azure_CostManagement.csv', 'azure'],
    ['snowflake_2026-10.csv', 'snowflake'],
    ['focus-00001.csv', ''],
  ])('%s suggests the source %j', (name, source) => {
    expect(suggestSource(name)).toBe(source);
  });
});
