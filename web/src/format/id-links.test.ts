import { expect, it } from 'vitest';
import { linkIds } from './id-links.ts';

const run = '0123456789abcdef0123456789abcdef';

it.each([
  ['', [{ text: '' }]],
  ['no id: abcdef0123', [{ text: 'no id: abcdef0123' }]],
  [run, [{ text: run, to: `/runs/${run}` }]],
  [
    `metered usage of run ${run}; at 57,600 predictions`,
    [{ text: 'metered usage of run ' }, { text: run, to: `/runs/${run}` }, { text: '; at 57,600 predictions' }],
  ],
  ['dec_0123456789abcdef0123', [{ text: 'dec_0123456789abcdef0123', to: '/decisions/dec_0123456789abcdef0123' }]],
  [
    'd_0123456789abcdef0123, an_0123456789abcdef',
    [
      { text: 'd_0123456789abcdef0123', to: '/deliveries/d_0123456789abcdef0123' },
      { text: ', ' },
      { text: 'an_0123456789abcdef', to: '/anomalies/an_0123456789abcdef' },
    ],
  ],
  ['rec_0123456789abcdef0123', [{ text: 'rec_0123456789abcdef0123', to: '/recommendations/rec_0123456789abcdef0123' }]],
  // Part of something longer: a digest, the name of a file.
  [`sha256:${run}${run}`, [{ text: `sha256:${run}${run}` }]],
  [`x-${run}`, [{ text: `x-${run}` }]],
])('finds the ids in "%s"', (text, pieces) => {
  expect(linkIds(text)).toEqual(pieces);
});
