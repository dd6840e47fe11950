import { type Ec2Instance, ec2Meter, type SageMakerInstance, sageMakerMeter } from './aws-meters.ts';
import type { AwsAccountName } from './company.ts';
import type { Meter } from './meter.ts';
import {
  always,
  autoscaled,
  burst,
  leftOnOverWeekends,
  newInLastMonth,
  nightly,
  onWeekdays,
  type Schedule,
} from './schedule.ts';
import type { Subject, TagStyle } from './tags.ts';

/** A group of equal machines that AWS bills by the hour. */
export interface AwsFleet {
  readonly name: string;
  readonly account: AwsAccountName;
  readonly meter: Meter;
  readonly market: 'on-demand' | 'spot' | 'savings-plan';
  readonly resourceType: 'instance' | 'endpoint' | 'training-job' | 'notebook-instance';
  /** Machines in each of the three months: growth. */
  readonly count: readonly [number, number, number];
  readonly schedule: Schedule;
  readonly subject: Subject;
  readonly tagStyle?: TagStyle;
}

type Rest = Omit<AwsFleet, 'meter' | 'market' | 'resourceType'>;

function ec2(type: Ec2Instance, market: AwsFleet['market'], rest: Rest): AwsFleet {
  return {
    ...rest,
    meter: ec2Meter(type, market === 'spot' ? 'SpotUsage' : 'BoxUsage'),
    market,
    resourceType: 'instance',
  };
}

function sageMaker(type: SageMakerInstance, what: 'Host' | 'Train' | 'Notebk', rest: Rest): AwsFleet {
  const resourceTypes = { Host: 'endpoint', Train: 'training-job', Notebk: 'notebook-instance' } as const;
  return { ...rest, meter: sageMakerMeter(type, what), market: 'on-demand', resourceType: resourceTypes[what] };
}

const ranker: Subject = {
  team: 'recommendations',
  project: 'home-feed',
  model: 'ranker',
  environment: 'prod',
  purpose: 'inference',
};
const embedder: Subject = {
  team: 'search',
  project: 'semantic-search',
  model: 'search-embedder',
  environment: 'prod',
  purpose: 'inference',
};
const scorer: Subject = {
  team: 'fraud',
  project: 'checkout-risk',
  model: 'fraud-scorer',
  environment: 'prod',
  purpose: 'inference',
};
const forecaster: Subject = {
  team: 'forecasting',
  project: 'demand',
  model: 'demand-forecaster',
  environment: 'prod',
  purpose: 'inference',
};
const assistant: Subject = {
  team: 'assistant',
  project: 'support',
  model: 'support-assistant',
  environment: 'prod',
  purpose: 'inference',
};
const training = { purpose: 'training' } as const;
const experiment = { purpose: 'experiment', environment: 'dev' } as const;

/** Everything with a GPU on the AWS side, about 30 machines around the clock. */
export const awsFleets: readonly AwsFleet[] = [
  ec2('p5.48xlarge', 'savings-plan', {
    name: 'assistant-serving',
    account: 'assistant-prod',
    count: [2, 2, 2],
    schedule: always,
    subject: assistant,
  }),
  ec2('g5.12xlarge', 'savings-plan', {
    name: 'embedder-serving',
    account: 'search-prod',
    count: [4, 4, 5],
    schedule: autoscaled,
    subject: embedder,
  }),
  ec2('g5.xlarge', 'on-demand', {
    name: 'ranker-serving',
    account: 'recommendations-prod',
    count: [7, 8, 9],
    schedule: autoscaled,
    subject: ranker,
  }),
  ec2('g5.xlarge', 'on-demand', {
    name: 'ranker-canary',
    account: 'recommendations-prod',
    count: [2, 2, 2],
    schedule: always,
    subject: ranker,
    tagStyle: 'capital-team',
  }),
  ec2('p4d.24xlarge', 'on-demand', {
    name: 'ranker-training',
    account: 'recommendations-prod',
    count: [3, 3, 4],
    schedule: nightly(1, 7.4),
    subject: { ...ranker, ...training },
  }),
  ec2('p4d.24xlarge', 'on-demand', {
    name: 'ranker-retraining-campaign',
    account: 'recommendations-dev',
    count: [4, 4, 4],
    schedule: burst(11, 17),
    subject: { ...ranker, ...training, environment: 'dev' },
    tagStyle: 'capital-team',
  }),
  ec2('p5.48xlarge', 'on-demand', {
    name: 'assistant-training',
    account: 'assistant-prod',
    count: [1, 1, 1],
    schedule: onWeekdays(9, 18),
    subject: { ...assistant, ...training },
  }),
  ec2('g6e.xlarge', 'on-demand', {
    name: 'ranker-sandbox',
    account: 'recommendations-dev',
    count: [2, 3, 3],
    schedule: onWeekdays(7, 19),
    subject: { ...ranker, ...experiment },
    tagStyle: 'untagged',
  }),
  ec2('g4dn.xlarge', 'on-demand', {
    name: 'fraud-features',
    account: 'fraud-prod',
    count: [3, 3, 3],
    schedule: always,
    subject: { ...scorer, purpose: 'data' },
    tagStyle: 'leading-space',
  }),
  ec2('g5.12xlarge', 'spot', {
    name: 'forecast-backtests',
    account: 'forecasting-prod',
    count: [6, 7, 8],
    schedule: nightly(0, 5.75),
    subject: { ...forecaster, ...training },
  }),
  sageMaker('ml.g5.xlarge', 'Host', {
    name: 'ranker-endpoint',
    account: 'recommendations-prod',
    count: [3, 3, 4],
    schedule: always,
    subject: ranker,
    tagStyle: 'capital-team',
  }),
  sageMaker('ml.g4dn.xlarge', 'Host', {
    name: 'fraud-scorer-endpoint',
    account: 'fraud-prod',
    count: [5, 6, 6],
    schedule: always,
    subject: scorer,
  }),
  sageMaker('ml.g4dn.xlarge', 'Host', {
    name: 'demand-forecaster-endpoint',
    account: 'forecasting-prod',
    count: [2, 2, 2],
    schedule: always,
    subject: forecaster,
    tagStyle: 'leading-space',
  }),
  sageMaker('ml.p4d.24xlarge', 'Host', {
    name: 'support-assistant-v2-endpoint',
    account: 'assistant-prod',
    count: [0, 0, 2],
    schedule: newInLastMonth(always),
    subject: assistant,
  }),
  sageMaker('ml.p4d.24xlarge', 'Train', {
    name: 'embedder-training',
    account: 'search-prod',
    count: [1, 1, 1],
    schedule: onWeekdays(6, 17),
    subject: { ...embedder, ...training },
  }),
  sageMaker('ml.g5.12xlarge', 'Notebk', {
    name: 'playground-notebook',
    account: 'platform-shared',
    count: [1, 1, 1],
    schedule: leftOnOverWeekends,
    subject: { team: 'platform', project: 'playground', environment: 'dev', purpose: 'experiment' },
    tagStyle: 'untagged',
  }),
  sageMaker('ml.g5.xlarge', 'Notebk', {
    name: 'ranker-notebook',
    account: 'recommendations-dev',
    count: [3, 3, 3],
    schedule: onWeekdays(8, 18),
    subject: { ...ranker, ...experiment },
  }),
];
