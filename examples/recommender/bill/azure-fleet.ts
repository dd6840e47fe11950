import { type AzureVmSize, azureOpenAiMeters, azureVmMeter } from './azure-meters.ts';
import type { AzureSubscriptionName } from './company.ts';
import type { DailySource } from './daily-usage.ts';
import type { Meter } from './meter.ts';
import { always, autoscaled, burst, nightly, onWeekdays, type Schedule } from './schedule.ts';
import type { Subject, TagStyle } from './tags.ts';

/** A group of equal GPU machines on Azure. Azure's exports are daily: one row a machine and day. */
export interface AzureFleet {
  readonly name: string;
  readonly subscription: AzureSubscriptionName;
  readonly meter: Meter;
  /** `reservation`: the reservation covers its hours first, the rest is pay-as-you-go. */
  readonly market: 'pay-as-you-go' | 'reservation';
  /** Machines in each of the three months. */
  readonly count: readonly [number, number, number];
  readonly schedule: Schedule;
  readonly subject: Subject;
  readonly tagStyle?: TagStyle;
}

function fleet(
  size: AzureVmSize,
  service: Parameters<typeof azureVmMeter>[1],
  rest: Omit<AzureFleet, 'meter'>,
): AzureFleet {
  return { ...rest, meter: azureVmMeter(size, service) };
}

const forecaster: Subject = {
  team: 'forecasting',
  project: 'demand',
  model: 'demand-forecaster',
  environment: 'prod',
  purpose: 'training',
};
const embedder: Subject = {
  team: 'search',
  project: 'semantic-search',
  model: 'search-embedder',
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
const scorer: Subject = {
  team: 'fraud',
  project: 'checkout-risk',
  model: 'fraud-scorer',
  environment: 'prod',
  purpose: 'inference',
};

export const azureFleets: readonly AzureFleet[] = [
  fleet('NC24ads A100 v4', 'Virtual Machines', {
    name: 'vm-embedder',
    subscription: 'sub-search',
    market: 'reservation',
    count: [5, 6, 6],
    schedule: autoscaled,
    subject: embedder,
  }),
  fleet('NC24ads A100 v4', 'Azure Machine Learning', {
    name: 'aml-demand-train',
    subscription: 'sub-forecasting',
    market: 'pay-as-you-go',
    count: [4, 4, 5],
    schedule: nightly(0, 7.6),
    subject: forecaster,
  }),
  fleet('NC4as T4 v3', 'Azure Machine Learning', {
    name: 'aml-fraud-endpoint',
    subscription: 'sub-fraud',
    market: 'pay-as-you-go',
    count: [5, 5, 6],
    schedule: always,
    subject: scorer,
    tagStyle: 'leading-space',
  }),
  fleet('NC40ads H100 v5', 'Azure Machine Learning', {
    name: 'aml-assistant-endpoint',
    subscription: 'sub-assistant',
    market: 'pay-as-you-go',
    count: [2, 2, 3],
    schedule: always,
    subject: assistant,
  }),
  fleet('ND96asr v4', 'Azure Machine Learning', {
    name: 'aml-embedder-train',
    subscription: 'sub-search',
    market: 'pay-as-you-go',
    count: [1, 1, 1],
    schedule: onWeekdays(6, 16),
    subject: { ...embedder, purpose: 'training' },
  }),
  fleet('ND96isr H100 v5', 'Azure Machine Learning', {
    name: 'aml-assistant-finetune',
    subscription: 'sub-assistant',
    market: 'pay-as-you-go',
    count: [1, 1, 1],
    schedule: onWeekdays(18, 23),
    subject: { ...assistant, purpose: 'training' },
  }),
  fleet('ND96isr H100 v5', 'Virtual Machines', {
    name: 'vm-assistant-pretrain',
    subscription: 'sub-assistant',
    market: 'pay-as-you-go',
    count: [1, 1, 1],
    schedule: burst(12, 16),
    subject: { ...assistant, purpose: 'training' },
    tagStyle: 'untagged',
  }),
  fleet('NC4as T4 v3', 'Virtual Machines', {
    name: 'vm-platform-ci',
    subscription: 'sub-platform',
    market: 'pay-as-you-go',
    count: [3, 3, 3],
    schedule: onWeekdays(7, 21),
    subject: { team: 'platform', project: 'ci', environment: 'dev', purpose: 'platform' },
  }),
];

/** Azure OpenAI: one row a deployment, meter and day. */
export interface AzureTokens {
  readonly deployment: string;
  readonly subscription: AzureSubscriptionName;
  readonly meter: Meter;
  readonly source: DailySource;
  readonly subject: Subject;
  readonly tagStyle?: TagStyle;
}

/** Millions of tokens on a weekday, in the meter's unit; always whole tokens. */
function tokens(meter: Meter, millions: number, rest: Omit<AzureTokens, 'meter' | 'source'>): AzureTokens {
  const perThousand = meter.pricingUnit === '1K';
  const source = {
    perWeekday: perThousand ? millions * 1000 : millions,
    decimals: perThousand ? 3 : 6,
    weekendFactor: 0.4,
    monthlyGrowth: 1.07,
    noise: 0.1,
  };
  return { ...rest, meter, source };
}

const chat = { deployment: 'oai-support', subscription: 'sub-assistant', subject: assistant } as const;
const agent = {
  deployment: 'oai-agent',
  subscription: 'sub-assistant',
  subject: { ...assistant, model: 'support-agent', environment: 'dev', purpose: 'experiment' },
} as const;
const review = {
  deployment: 'oai-case-review',
  subscription: 'sub-fraud',
  subject: { ...scorer, project: 'case-review', model: 'case-summariser' },
} as const;
const queries = {
  deployment: 'oai-queries',
  subscription: 'sub-search',
  subject: { ...embedder, model: 'query-rewriter' },
  tagStyle: 'untagged',
} as const;

export const azureTokens: readonly AzureTokens[] = [
  tokens(azureOpenAiMeters.gpt4oInput, 95, chat),
  tokens(azureOpenAiMeters.gpt4oOutput, 14, chat),
  tokens(azureOpenAiMeters.gpt54Input, 70, chat),
  tokens(azureOpenAiMeters.gpt54CachedInput, 210, chat),
  tokens(azureOpenAiMeters.gpt54Output, 11, chat),
  tokens(azureOpenAiMeters.gpt54Input, 22, agent),
  tokens(azureOpenAiMeters.gpt54Output, 6, agent),
  tokens(azureOpenAiMeters.o4MiniInput, 60, review),
  tokens(azureOpenAiMeters.o4MiniOutput, 12, review),
  tokens(azureOpenAiMeters.gpt41CachedInput, 240, queries),
  tokens(azureOpenAiMeters.gpt4oInput, 45, queries),
  tokens(azureOpenAiMeters.gpt4oOutput, 5, queries),
];
