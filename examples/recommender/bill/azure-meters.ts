import type { Meter } from './meter.ts';

/**
 * On-demand USD per hour, Linux, eastus. Source: Azure/karpenter-provider-azure@352646f5 (Apache-2.0),
 * pkg/providers/pricing/zz_generated.pricing.go, 2026-06-18.
 */
const vmSizes = {
  'NC4as T4 v3': { usdPerHour: '0.526', gpus: 1, cores: 4, armSku: 'Standard_NC4as_T4_v3' },
  'NC24ads A100 v4': { usdPerHour: '3.673', gpus: 1, cores: 24, armSku: 'Standard_NC24ads_A100_v4' },
  'NC40ads H100 v5': { usdPerHour: '6.98', gpus: 1, cores: 40, armSku: 'Standard_NC40ads_H100_v5' },
  'ND96asr v4': { usdPerHour: '27.197', gpus: 8, cores: 96, armSku: 'Standard_ND96asr_v4' },
  'ND96isr H100 v5': { usdPerHour: '98.32', gpus: 8, cores: 96, armSku: 'Standard_ND96isr_H100_v5' },
} as const;

export type AzureVmSize = keyof typeof vmSizes;

/** `service` is the service that ran the machine: a plain VM, or a workspace of Azure Machine Learning. */
export function azureVmMeter(size: AzureVmSize, service: 'Virtual Machines' | 'Azure Machine Learning'): Meter {
  const vm = vmSizes[size];
  const machineLearning = service === 'Azure Machine Learning';
  return {
    cloud: 'azure',
    serviceCategory: machineLearning ? 'AI and Machine Learning' : 'Compute',
    serviceSubcategory: machineLearning ? 'Machine Learning' : 'Virtual Machines',
    serviceName: service,
    skuMeter: size,
    description: `${service} ${size.slice(0, 2)} Series - ${size} - US East`,
    listUnitPrice: vm.usdPerHour,
    pricingUnit: 'Hours',
    consumedUnit: 'Hours',
    consumedPerPricingUnit: '1',
    skuPriceDetails: JSON.stringify({ CoreCount: vm.cores, GpuCount: vm.gpus, InstanceType: vm.armSku }),
    extra: { x_PricingBlockSize: '1', x_SkuMeterName: size },
  };
}

/**
 * Azure OpenAI tokens. Meter names as seen in public code; prices per million from @pydantic/genai-prices (2026):
 * gpt-4o 2.5 / 10, gpt-4.1 cached input 0.5, gpt-5.4 2.5 / 15 (cached 0.25), o4-mini 1.1 / 4.4. The trap: one family
 * mixes meters per 1K with meters per 1M tokens.
 */
export const azureOpenAiMeters = {
  gpt4oInput: tokens('gpt-4o-0806-Inp-glbl Tokens', '0.0025', '1K'),
  gpt4oOutput: tokens('gpt-4o-0806-Outp-glbl Tokens', '0.01', '1K'),
  gpt41CachedInput: tokens('gpt 4.1 cached Inp glbl Tokens', '0.0005', '1K'),
  o4MiniInput: tokens('o4-mini 0416 Inp glbl Tokens', '0.0011', '1K'),
  o4MiniOutput: tokens('o4-mini 0416 Outp glbl Tokens', '0.0044', '1K'),
  gpt54Input: tokens('5.4 inp Gl 1M Tokens', '2.5', '1M'),
  gpt54CachedInput: tokens('5.4 cd inp Gl 1M Tokens', '0.25', '1M'),
  gpt54Output: tokens('5.4 opt Gl 1M Tokens', '15', '1M'),
};

function tokens(meterName: string, price: string, unit: '1K' | '1M'): Meter {
  const blockSize = unit === '1K' ? '1000' : '1000000';
  return {
    cloud: 'azure',
    serviceCategory: 'AI and Machine Learning',
    serviceSubcategory: 'Generative AI',
    serviceName: 'Azure OpenAI',
    skuMeter: meterName,
    description: `Azure OpenAI - ${meterName} - US East`,
    listUnitPrice: price,
    pricingUnit: unit,
    consumedUnit: 'Tokens',
    consumedPerPricingUnit: blockSize,
    publisher: 'Microsoft',
    extra: { x_PricingBlockSize: blockSize, x_SkuMeterName: meterName },
  };
}

/** Storage and network, USD list prices of eastus, first tier: general knowledge (2025), not re-checked. */
export const azureInfrastructureMeters = {
  blobStorage: infrastructure('Storage', 'Object Storage', 'Storage Accounts', 'Hot LRS Data Stored', '0.0208', 'GB'),
  blobReads: infrastructure('Storage', 'Object Storage', 'Storage Accounts', 'Hot Read Operations', '0.004', '10K'),
  disk: infrastructure('Storage', 'Block Storage', 'Managed Disks', 'P30 LRS Disk', '135.17', 'Units'),
  bandwidth: infrastructure('Networking', 'Content Delivery', 'Bandwidth', 'Standard Data Transfer Out', '0.087', 'GB'),
};

function infrastructure(
  category: string,
  subcategory: string,
  serviceName: string,
  meterName: string,
  price: string,
  unit: 'GB' | '10K' | 'Units',
): Meter {
  const blockSize = unit === '10K' ? '10000' : '1';
  return {
    cloud: 'azure',
    serviceCategory: category,
    serviceSubcategory: subcategory,
    serviceName,
    skuMeter: meterName,
    description: `${serviceName} - ${meterName} - US East`,
    listUnitPrice: price,
    pricingUnit: unit,
    consumedUnit: unit === 'GB' ? 'GB' : 'Units',
    consumedPerPricingUnit: blockSize,
    extra: { x_PricingBlockSize: blockSize, x_SkuMeterName: meterName },
  };
}
