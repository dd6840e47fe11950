import type { Meter } from './meter.ts';

/**
 * On-demand USD per hour, Linux, us-east-1. Source: aws/karpenter-provider-aws@1d927085 (Apache-2.0),
 * pkg/providers/pricing/zz_generated.pricing_aws.go, generated 2026-07-20; GPUs: the same project's instance-types.md.
 */
const ec2Instances = {
  'g4dn.xlarge': { usdPerHour: '0.526', gpus: 1, cores: 4, memoryGib: 16 },
  'g5.xlarge': { usdPerHour: '1.006', gpus: 1, cores: 4, memoryGib: 16 },
  'g5.12xlarge': { usdPerHour: '5.672', gpus: 4, cores: 48, memoryGib: 192 },
  'g6e.xlarge': { usdPerHour: '1.861', gpus: 1, cores: 4, memoryGib: 32 },
  'p4d.24xlarge': { usdPerHour: '21.957642', gpus: 8, cores: 96, memoryGib: 1152 },
  'p5.48xlarge': { usdPerHour: '55.04', gpus: 8, cores: 192, memoryGib: 2048 },
} as const;

/**
 * SageMaker USD per hour, us-east-1: general knowledge of AWS's price page (2025), not re-checked. SageMaker asks 15 to
 * 40% more than EC2 for the same machine.
 */
const sageMakerInstances = {
  'ml.g4dn.xlarge': { usdPerHour: '0.7364', gpus: 1, cores: 4, memoryGib: 16 },
  'ml.g5.xlarge': { usdPerHour: '1.408', gpus: 1, cores: 4, memoryGib: 16 },
  'ml.g5.12xlarge': { usdPerHour: '7.09', gpus: 4, cores: 48, memoryGib: 192 },
  'ml.p4d.24xlarge': { usdPerHour: '25.251288', gpus: 8, cores: 96, memoryGib: 1152 },
} as const;

export type Ec2Instance = keyof typeof ec2Instances;
export type SageMakerInstance = keyof typeof sageMakerInstances;

/**
 * Mean spot price of g5.12xlarge in us-east-1: on demand less the 58% saving of alexei-led/spotinfo@05e93313
 * (spot-advisor-data.json, 2025-06-28). The bill lets it vary around this by the hour.
 */
export const spotMeanUsdPerHour = { 'g5.12xlarge': 2.3822 } as const;

interface Instance {
  readonly usdPerHour: string;
  readonly gpus: number;
  readonly cores: number;
  readonly memoryGib: number;
}

function instanceDetails(type: string, instance: Instance): string {
  return JSON.stringify({
    CoreCount: instance.cores,
    GpuCount: instance.gpus,
    InstanceType: type,
    MemorySize: `${instance.memoryGib} GiB`,
    OperatingSystem: 'Linux',
  });
}

export function ec2Meter(type: Ec2Instance, market: 'BoxUsage' | 'SpotUsage' = 'BoxUsage'): Meter {
  const instance: Instance = ec2Instances[type];
  const how = market === 'BoxUsage' ? 'On Demand' : 'Spot';
  return {
    cloud: 'aws',
    serviceCategory: 'Compute',
    serviceSubcategory: 'Virtual Machines',
    serviceName: 'Amazon Elastic Compute Cloud',
    skuMeter: `${market}:${type}`,
    description: `$${instance.usdPerHour} per ${how} Linux ${type} Instance Hour`,
    listUnitPrice: instance.usdPerHour,
    pricingUnit: 'Hours',
    consumedUnit: 'Hours',
    consumedPerPricingUnit: '1',
    skuPriceDetails: instanceDetails(type, instance),
    extra: { x_Operation: 'RunInstances', x_ServiceCode: 'AmazonEC2', x_UsageType: `${market}:${type}` },
  };
}

/** `what` is the SageMaker product: hosting an endpoint, a training job or a notebook. */
export function sageMakerMeter(type: SageMakerInstance, what: 'Host' | 'Train' | 'Notebk'): Meter {
  const instance: Instance = sageMakerInstances[type];
  const operations = { Host: 'RunInstance-Hosting', Train: 'CreateTrainingJob', Notebk: 'RunInstance-Notebook' };
  return {
    cloud: 'aws',
    serviceCategory: 'AI and Machine Learning',
    serviceSubcategory: 'Machine Learning',
    serviceName: 'Amazon SageMaker',
    skuMeter: `USE1-${what}:${type}`,
    description: `$${instance.usdPerHour} per ${what} ${type} hour in US East (N. Virginia)`,
    listUnitPrice: instance.usdPerHour,
    pricingUnit: 'Hours',
    consumedUnit: 'Hours',
    consumedPerPricingUnit: '1',
    skuPriceDetails: instanceDetails(type, instance),
    extra: { x_Operation: operations[what], x_ServiceCode: 'AmazonSageMaker', x_UsageType: `USE1-${what}:${type}` },
  };
}

/**
 * Bedrock tokens. Prices per million: @pydantic/genai-prices data (2026), Claude Sonnet 4.5 global 3 / 15 (cache read
 * 0.3), Claude Haiku 4.5 global 1 / 5, Nova Lite 0.06 / 0.24. Usage types as seen in public bills. The trap: a "Unit"
 * of the Marketplace models is a million tokens, while Amazon's own models are priced per 1K tokens.
 */
export const bedrockMeters = {
  sonnetInput: marketplaceTokens('Claude Sonnet 4.5', 'USE1-MP:USE1_InputTokenCount_Global-Units', '3', 'Input'),
  sonnetCacheRead: marketplaceTokens(
    'Claude Sonnet 4.5',
    'USE1-MP:USE1_CacheReadInputTokenCount_Global-Units',
    '0.3',
    'Cache Read',
  ),
  sonnetOutput: marketplaceTokens('Claude Sonnet 4.5', 'USE1-MP:USE1_OutputTokenCount_Global-Units', '15', 'Output'),
  haikuInput: marketplaceTokens('Claude Haiku 4.5', 'USE1-MP:USE1_input_tokens_global_standard-Units', '1', 'Input'),
  haikuOutput: marketplaceTokens('Claude Haiku 4.5', 'USE1-MP:USE1_output_tokens_global_standard-Units', '5', 'Output'),
  novaInput: novaTokens('USE1-NovaLite-input-tokens', '0.00006', 'input'),
  novaOutput: novaTokens('USE1-NovaLite-output-tokens', '0.00024', 'output'),
};

function marketplaceTokens(model: string, usageType: string, usdPerMillion: string, kind: string): Meter {
  return {
    cloud: 'aws',
    serviceCategory: 'AI and Machine Learning',
    serviceSubcategory: 'Generative AI',
    serviceName: `${model} (Amazon Bedrock Edition)`,
    skuMeter: usageType,
    description: `AWS Marketplace software usage|us-east-1|Million ${kind} Tokens`,
    listUnitPrice: usdPerMillion,
    pricingUnit: 'Units',
    consumedUnit: 'Units',
    consumedPerPricingUnit: '1',
    publisher: 'Anthropic, PBC',
    extra: { x_Operation: 'Usage', x_ServiceCode: 'AmazonBedrockFoundationModels', x_UsageType: usageType },
  };
}

function novaTokens(usageType: string, usdPerThousand: string, kind: string): Meter {
  return {
    cloud: 'aws',
    serviceCategory: 'AI and Machine Learning',
    serviceSubcategory: 'Generative AI',
    serviceName: 'Amazon Bedrock',
    skuMeter: usageType,
    description: `$${usdPerThousand} per 1K ${kind} tokens for NovaLite in US East (N. Virginia)`,
    listUnitPrice: usdPerThousand,
    pricingUnit: '1K tokens',
    consumedUnit: '1K tokens',
    consumedPerPricingUnit: '1',
    extra: { x_Operation: 'InvokeModelInference', x_ServiceCode: 'AmazonBedrock', x_UsageType: usageType },
  };
}

/** Storage, disks and network, USD list prices of us-east-1, first tier: general knowledge (2025), not re-checked. */
export const awsInfrastructureMeters = {
  s3Storage: infrastructure('Storage', 'Object Storage', 'Amazon Simple Storage Service', 'AmazonS3', {
    usageType: 'TimedStorage-ByteHrs',
    operation: 'StandardStorage',
    price: '0.023',
    unit: 'GB-Months',
  }),
  s3Get: infrastructure('Storage', 'Object Storage', 'Amazon Simple Storage Service', 'AmazonS3', {
    usageType: 'Requests-Tier2',
    operation: 'GetObject',
    price: '0.0000004',
    unit: 'Requests',
  }),
  ebs: infrastructure('Storage', 'Block Storage', 'Amazon Elastic Block Store', 'AmazonEC2', {
    usageType: 'EBS:VolumeUsage.gp3',
    operation: 'CreateVolume-Gp3',
    price: '0.08',
    unit: 'GB-Months',
  }),
  transferOut: infrastructure('Networking', 'Content Delivery', 'AWS Data Transfer', 'AWSDataTransfer', {
    usageType: 'DataTransfer-Out-Bytes',
    operation: 'RunInstances',
    price: '0.09',
    unit: 'GB',
  }),
  transferZones: infrastructure('Networking', 'Other (Networking)', 'AWS Data Transfer', 'AWSDataTransfer', {
    usageType: 'DataTransfer-Regional-Bytes',
    operation: 'InterZone-Out',
    price: '0.01',
    unit: 'GB',
  }),
};

function infrastructure(
  category: string,
  subcategory: string,
  serviceName: string,
  serviceCode: string,
  sku: { usageType: string; operation: string; price: string; unit: string },
): Meter {
  return {
    cloud: 'aws',
    serviceCategory: category,
    serviceSubcategory: subcategory,
    serviceName,
    skuMeter: sku.usageType,
    description: `$${sku.price} per ${sku.unit} - ${sku.usageType} - US East (N. Virginia)`,
    listUnitPrice: sku.price,
    pricingUnit: sku.unit,
    consumedUnit: sku.unit,
    consumedPerPricingUnit: '1',
    extra: { x_Operation: sku.operation, x_ServiceCode: serviceCode, x_UsageType: sku.usageType },
  };
}
