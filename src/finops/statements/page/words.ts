import type { StatementCharge, StatementWay } from '../schema.ts';

export const wayNames: Readonly<Record<StatementWay, string>> = {
  direct: 'Direct',
  shared: 'Shared',
  idle: 'Idle',
};

export const chargeNames: Readonly<Record<StatementCharge, string>> = {
  usage: 'Usage',
  commitment: 'Commitments and covered usage',
  'commitment-unused': 'Commitments, unused',
  purchase: 'Purchases',
  credit: 'Credits',
  tax: 'Taxes',
  adjustment: 'Adjustments',
  other: 'Without a charge category',
};
