import { expect, it } from 'vitest';
import { computeExpectedSpend } from './expected-spend.ts';

const DAY = 86_400_000;
const window = { start: 0, end: 30 * DAY };
const forecastOf = (mean: string, start = '1970-01-01T00:00:00.000Z') => ({ mean, start });

it.each([
  ['the forecast of its window', '300', forecastOf('950'), { amount: '950', basis: 'forecast' }],
  ['the even burn without a forecast', '300', null, { amount: '900', basis: 'evenBurn' }],
  [
    'the even burn, not the forecast of another window',
    '300',
    forecastOf('950', '1969-12-01T00:00:00Z'),
    { amount: '900', basis: 'evenBurn' },
  ],
  [
    'the even burn where more is metered than the bills are forecast to say',
    '300',
    forecastOf('12'),
    { amount: '900', basis: 'evenBurn' },
  ],
  ['the forecast where nothing is spent yet', null, forecastOf('950'), { amount: '950', basis: 'forecast' }],
  ['nothing while nothing is known', null, null, { amount: null, basis: null }],
])('a budget expects %s', (_, spent, forecast, expected) => {
  expect(computeExpectedSpend(spent, window, 10 * DAY, forecast)).toEqual(expected);
});
