import { describeErrorRates } from './error-rates.testing.ts';

describeErrorRates('binary');
