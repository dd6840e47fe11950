import { awsInfrastructureMeters, bedrockMeters } from './aws-meters.ts';
import type { Resource } from './charge.ts';
import type { AwsAccountName } from './company.ts';
import type { DailySource } from './daily-usage.ts';
import type { Meter } from './meter.ts';
import { hexId } from './sku-ids.ts';
import type { Subject, TagStyle } from './tags.ts';

/** One AWS resource (or token meter of one caller) that is billed by the day. */
export interface AwsDaily {
  readonly name: string;
  readonly account: AwsAccountName;
  readonly meter: Meter;
  readonly source: DailySource;
  readonly subject: Subject;
  readonly tagStyle: TagStyle;
  readonly resource?: Resource;
  /** Part of the base of the sales tax. */
  readonly taxed: boolean;
}

const assistant: Subject = {
  team: 'assistant',
  project: 'support',
  model: 'support-assistant',
  environment: 'prod',
  purpose: 'inference',
};
const queryRewriting: Subject = {
  team: 'search',
  project: 'semantic-search',
  model: 'query-rewriter',
  environment: 'prod',
  purpose: 'inference',
};
const caseSummaries: Subject = {
  team: 'fraud',
  project: 'case-review',
  model: 'case-summariser',
  environment: 'prod',
  purpose: 'inference',
};

/** Tokens in millions on a weekday. A Unit is a million tokens; meters per 1K tokens count thousands, whole tokens. */
function tokens(name: string, account: AwsAccountName, meter: Meter, millions: number, subject: Subject): AwsDaily {
  const perThousand = meter.pricingUnit === '1K tokens';
  const source = {
    perWeekday: perThousand ? millions * 1000 : millions,
    decimals: perThousand ? 3 : 6,
    weekendFactor: 0.45,
    monthlyGrowth: 1.09,
    noise: 0.08,
  };
  return { name, account, meter, source, subject, tagStyle: 'clean', taxed: false };
}

const tokenUsage: readonly AwsDaily[] = [
  tokens('assistant-sonnet-in', 'assistant-prod', bedrockMeters.sonnetInput, 270, assistant),
  tokens('assistant-sonnet-cache', 'assistant-prod', bedrockMeters.sonnetCacheRead, 820, assistant),
  tokens('assistant-sonnet-out', 'assistant-prod', bedrockMeters.sonnetOutput, 43, assistant),
  tokens('search-haiku-in', 'search-prod', bedrockMeters.haikuInput, 120, queryRewriting),
  tokens('search-haiku-out', 'search-prod', bedrockMeters.haikuOutput, 18, queryRewriting),
  tokens('fraud-nova-in', 'fraud-prod', bedrockMeters.novaInput, 310, caseSummaries),
  tokens('fraud-nova-out', 'fraud-prod', bedrockMeters.novaOutput, 42, caseSummaries),
];

/** Teams with their data on AWS: account, project, terabytes in each of their buckets. */
const owners = [
  ['recommendations-prod', 'recommendations', 'home-feed', 38],
  ['recommendations-dev', 'recommendations', 'home-feed', 9],
  ['search-prod', 'search', 'semantic-search', 27],
  ['fraud-prod', 'fraud', 'checkout-risk', 12],
  ['forecasting-prod', 'forecasting', 'demand', 16],
  ['assistant-prod', 'assistant', 'support', 7],
  ['platform-shared', 'platform', 'lake', 61],
] as const;

const bucketKinds = ['features', 'training-sets', 'artifacts', 'logs'] as const;
const VOLUMES_PER_OWNER = 7;

/** A month's price for a stored GB is charged in daily thirtieths. */
const DAILY_SHARE = 1 / 30.4;

function ownersDaily([account, team, project, terabytes]: (typeof owners)[number]): AwsDaily[] {
  const environment = account.endsWith('-dev') ? 'dev' : 'prod';
  const subject: Subject = { team, project, environment, purpose: team === 'platform' ? 'platform' : 'data' };
  const common = { account, subject, taxed: true } as const;
  const buckets = bucketKinds.flatMap((kind, i): AwsDaily[] => {
    const name = `mf-${account}-${kind}`;
    const resource = { id: `arn:aws:s3:::${name}`, name, type: 'bucket' };
    const gigabyteMonths = ((terabytes * 1000) / (i + 1)) * DAILY_SHARE;
    const tagStyle: TagStyle = kind === 'logs' ? 'untagged' : 'clean';
    return [
      {
        ...common,
        name: `${name}/storage`,
        meter: awsInfrastructureMeters.s3Storage,
        source: { perWeekday: gigabyteMonths, monthlyGrowth: 1.04, noise: 0.002 },
        tagStyle,
        resource,
      },
      {
        ...common,
        name: `${name}/requests`,
        meter: awsInfrastructureMeters.s3Get,
        source: { perWeekday: terabytes * 90_000, weekendFactor: 0.5, decimals: 0 },
        tagStyle,
        resource,
      },
    ];
  });
  const volumes = Array.from({ length: VOLUMES_PER_OWNER }, (_, i): AwsDaily => {
    const id = `vol-0${hexId(`${account}/volume/${i}`, 16)}`;
    return {
      ...common,
      name: id,
      meter: awsInfrastructureMeters.ebs,
      source: { perWeekday: (500 + 500 * (i % 4)) * DAILY_SHARE, noise: 0 },
      tagStyle: i % 3 === 2 ? 'untagged' : 'clean',
      resource: { id, name: id, type: 'volume' },
    };
  });
  const transfer = (['transferOut', 'transferZones'] as const).map(
    (kind): AwsDaily => ({
      ...common,
      name: `${account}/${kind}`,
      meter: awsInfrastructureMeters[kind],
      source: { perWeekday: terabytes * (kind === 'transferOut' ? 9 : 60), weekendFactor: 0.7 },
      tagStyle: 'untagged',
    }),
  );
  return [...buckets, ...volumes, ...transfer];
}

/** All that AWS bills by the day: Bedrock tokens, buckets, volumes and traffic. */
export const awsDaily: readonly AwsDaily[] = [...tokenUsage, ...owners.flatMap(ownersDaily)];
