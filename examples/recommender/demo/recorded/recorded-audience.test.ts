import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packAudiences, readAudiences } from './recorded-audience.ts';

it('has the liked items of each user, and since the campaign those of the users whose taste it moved', () => {
  const before = [[7, 3], [2], [5, 0, 9], []];
  const since = [[7, 3], [2], [6], [1, 4]];
  const path = join(mkdtempSync(join(tmpdir(), 'audience-')), 'audience.json.gz');
  writeFileSync(path, packAudiences(before, since));
  const { usual, crowd } = readAudiences(path);
  const users = [0, 1, 2, 3, 4];
  expect(users.map((user) => usual.likes(user))).toEqual([[3, 7], [2], [0, 5, 9], [], []]);
  expect(users.map((user) => crowd.likes(user))).toEqual([[3, 7], [2], [6], [1, 4], []]);
});
