import type { AzureCharge } from './azure-charges.ts';
import type { AzureFile } from './azure-columns.ts';
import { azureRegionIds, azureRegionNames } from './azure-regions.ts';
import { azureServices, machineLearningProviders } from './azure-services.ts';
import { caseOf, coalesced, constant, derivedText, firstText, isOneOf, lookup, type Sql } from './expressions.ts';
import { serviceColumns } from './services.ts';

/** Dimensions of a record: service, provider, location, resource and SKU. */
export function azureDimensions(file: AzureFile, charge: AzureCharge) {
  return { ...services(file), ...providers(file), ...places(file), ...resources(file, charge), ...skus(file) };
}

function services(file: AzureFile) {
  const meter = firstText(file.find('meterCategory'));
  const provider = firstText(file.find('consumedService'));
  const sub = firstText(file.find('meterSubCategory'));
  const isLearning = `lower(coalesce(${provider ?? 'NULL'}, '')) IN (${machineLearningProviders.map((name) => `'${name}'`).join(', ')})`;
  const isGenerative = `contains(lower(concat_ws(' ', ${meter ?? 'NULL'}, ${sub ?? 'NULL'})), 'openai')`;
  const { category, subcategory } = serviceColumns(`lower(${meter ?? 'NULL'})`, azureServices, [
    { when: isLearning, service: 'AI and Machine Learning|Machine Learning' },
    { when: isGenerative, service: 'AI and Machine Learning|Generative AI' },
  ]);
  const name = caseOf([{ when: isLearning, value: "'Azure Machine Learning'" }], coalesced([meter, provider]));
  return {
    ServiceName: derivedText(name, 'MeterCategory'),
    ServiceCategory: derivedText(category, 'MeterCategory'),
    ServiceSubcategory: derivedText(subcategory, 'MeterCategory'),
  };
}

function providers(file: AzureFile) {
  const publisher = firstText(file.find('publisherName'));
  const type = firstText(file.find('publisherType'));
  const reseller = firstText(file.find('resellerName'));
  const isMarketplace = type === null || publisher === null ? 'false' : `lower(${type}) = 'marketplace'`;
  const known = reseller === null ? null : `nullif(nullif(${reseller}, 'NA'), 'Not available')`;
  return {
    ServiceProviderName: derivedText(
      caseOf([{ when: isMarketplace, value: publisher }], "'Microsoft'"),
      'PublisherName',
    ),
    HostProviderName: constant('Microsoft'),
    InvoiceIssuerName: derivedText(coalesced([known, "'Microsoft'"]), 'ResellerName'),
  };
}

function places(file: AzureFile) {
  const location = firstText(file.find('location'));
  if (location === null) return {};
  const plain = `lower(replace(${location}, ' ', ''))`;
  const region = lookup(plain, azureRegionIds, plain);
  return {
    RegionId: derivedText(region, 'ResourceLocation'),
    RegionName: derivedText(lookup(plain, azureRegionNames, location), 'ResourceLocation'),
  };
}

/** Purchase records and unused-commitment records have the commitment as their resource. */
function resources(file: AzureFile, charge: AzureCharge) {
  const own = firstText(file.find('resourceId'));
  const id = coalesced([
    charge.commitmentId === null
      ? null
      : caseOf([{ when: `${charge.isCovering} OR ${charge.isUnused}`, value: charge.commitmentId }]),
    own,
  ]);
  const name = coalesced([
    firstText(file.find('resourceName')),
    own === null
      ? null
      : caseOf([{ when: `starts_with(${own}, '/')`, value: `nullif(split_part(${own}, '/', -1), '')` }]),
  ]);
  return {
    ResourceId: derivedText(id, 'ResourceId'),
    ResourceName: derivedText(name, 'ResourceName'),
    ResourceType: derivedText(resourceType(file, own), 'ResourceId'),
  };
}

/** `…/providers/Microsoft.Compute/virtualMachines/gpu-1` -> `microsoft.compute/virtualmachines`, for every scope. */
function resourceType(file: AzureFile, own: Sql): Sql {
  const stated = firstText(file.find('instanceType'));
  if (own === null) return stated === null ? null : `lower(${stated})`;
  const part = (at: number) => `split_part(${own}, '/', ${at})`;
  const from = (at: number) => ({
    when: `lower(${part(at)}) = 'providers'`,
    value: `lower(${part(at + 1)} || '/' || ${part(at + 2)})`,
  });
  return coalesced([stated === null ? null : `lower(${stated})`, caseOf([from(6), from(4), from(2)])]);
}

function skus(file: AzureFile) {
  const info = firstText(file.find('additionalInfo'));
  const product = { SkuId: file.take('productId'), SkuMeter: file.find('meterName') };
  if (info === null) return product;
  const member = (name: string) => `json_extract_string(TRY_CAST(${info} AS JSON), '$.${name}')`;
  const json = `'{' || concat_ws(',', '"InstanceType":' || to_json(${member('ServiceType')}), '"CoreCount":' || TRY_CAST(${member('VCPUs')} AS INTEGER)) || '}'`;
  const isMachine = `contains(${info}, '"ServiceType"') AND ${isOneOf(firstText(file.find('meterCategory')) ?? 'NULL', ['Virtual Machines'])}`;
  return { ...product, SkuPriceDetails: derivedText(caseOf([{ when: isMachine, value: json }]), 'AdditionalInfo') };
}
