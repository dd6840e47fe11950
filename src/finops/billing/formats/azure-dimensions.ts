import type { AzureCharge } from './azure-charges.ts';
import type { AzureFile } from './azure-columns.ts';
import { azureRegionIds, azureRegionNames } from './azure-regions.ts';
import { azureServices, machineLearningProviders } from './azure-services.ts';
import {
  buildCase,
  buildCoalesce,
  buildConstant,
  buildDerivedText,
  buildFirstText,
  buildMembership,
  lookup,
  type Sql,
} from './expressions.ts';
import { mapServiceColumns } from './services.ts';

/** Dimensions of a record: service, provider, location, resource and SKU. */
export function mapAzureDimensions(file: AzureFile, charge: AzureCharge) {
  return {
    ...mapServices(file),
    ...mapProviders(file),
    ...mapPlaces(file),
    ...mapResources(file, charge),
    ...mapSkus(file),
  };
}

function mapServices(file: AzureFile) {
  const meter = buildFirstText(file.find('meterCategory'));
  const provider = buildFirstText(file.find('consumedService'));
  const sub = buildFirstText(file.find('meterSubCategory'));
  const isLearning = `lower(coalesce(${provider ?? 'NULL'}, '')) IN (${machineLearningProviders.map((name) => `'${name}'`).join(', ')})`;
  const isGenerative = `contains(lower(concat_ws(' ', ${meter ?? 'NULL'}, ${sub ?? 'NULL'})), 'openai')`;
  const { category, subcategory } = mapServiceColumns(`lower(${meter ?? 'NULL'})`, azureServices, [
    { when: isLearning, service: 'AI and Machine Learning|Machine Learning' },
    { when: isGenerative, service: 'AI and Machine Learning|Generative AI' },
  ]);
  const name = buildCase([{ when: isLearning, value: "'Azure Machine Learning'" }], buildCoalesce([meter, provider]));
  return {
    ServiceName: buildDerivedText(name, 'MeterCategory'),
    ServiceCategory: buildDerivedText(category, 'MeterCategory'),
    ServiceSubcategory: buildDerivedText(subcategory, 'MeterCategory'),
  };
}

function mapProviders(file: AzureFile) {
  const publisher = buildFirstText(file.find('publisherName'));
  const type = buildFirstText(file.find('publisherType'));
  const reseller = buildFirstText(file.find('resellerName'));
  const isMarketplace = type === null || publisher === null ? 'false' : `lower(${type}) = 'marketplace'`;
  const known = reseller === null ? null : `nullif(nullif(${reseller}, 'NA'), 'Not available')`;
  return {
    ServiceProviderName: buildDerivedText(
      buildCase([{ when: isMarketplace, value: publisher }], "'Microsoft'"),
      'PublisherName',
    ),
    HostProviderName: buildConstant('Microsoft'),
    InvoiceIssuerName: buildDerivedText(buildCoalesce([known, "'Microsoft'"]), 'ResellerName'),
  };
}

function mapPlaces(file: AzureFile) {
  const location = buildFirstText(file.find('location'));
  if (location === null) return {};
  const plain = `lower(replace(${location}, ' ', ''))`;
  const region = lookup(plain, azureRegionIds, plain);
  return {
    RegionId: buildDerivedText(region, 'ResourceLocation'),
    RegionName: buildDerivedText(lookup(plain, azureRegionNames, location), 'ResourceLocation'),
  };
}

/** Purchase records and unused-commitment records have the commitment as their resource. */
function mapResources(file: AzureFile, charge: AzureCharge) {
  const own = buildFirstText(file.find('resourceId'));
  const id = buildCoalesce([
    charge.commitmentId === null
      ? null
      : buildCase([{ when: `${charge.isCovering} OR ${charge.isUnused}`, value: charge.commitmentId }]),
    own,
  ]);
  const name = buildCoalesce([
    buildFirstText(file.find('resourceName')),
    own === null
      ? null
      : buildCase([{ when: `starts_with(${own}, '/')`, value: `nullif(split_part(${own}, '/', -1), '')` }]),
  ]);
  return {
    ResourceId: buildDerivedText(id, 'ResourceId'),
    ResourceName: buildDerivedText(name, 'ResourceName'),
    ResourceType: buildDerivedText(buildResourceType(file, own), 'ResourceId'),
  };
}

/** `…/providers/Microsoft.Compute/virtualMachines/gpu-1` -> `microsoft.compute/virtualmachines`, for every scope. */
function buildResourceType(file: AzureFile, own: Sql): Sql {
  const stated = buildFirstText(file.find('instanceType'));
  if (own === null) return stated === null ? null : `lower(${stated})`;
  const part = (at: number) => `split_part(${own}, '/', ${at})`;
  const from = (at: number) => ({
    when: `lower(${part(at)}) = 'providers'`,
    value: `lower(${part(at + 1)} || '/' || ${part(at + 2)})`,
  });
  return buildCoalesce([stated === null ? null : `lower(${stated})`, buildCase([from(6), from(4), from(2)])]);
}

function mapSkus(file: AzureFile) {
  const info = buildFirstText(file.find('additionalInfo'));
  const product = { SkuId: file.take('productId'), SkuMeter: file.find('meterName') };
  if (info === null) return product;
  const member = (name: string) => `json_extract_string(TRY_CAST(${info} AS JSON), '$.${name}')`;
  const json = `'{' || concat_ws(',', '"InstanceType":' || to_json(${member('ServiceType')}), '"CoreCount":' || TRY_CAST(${member('VCPUs')} AS INTEGER)) || '}'`;
  const isMachine = `contains(${info}, '"ServiceType"') AND ${buildMembership(buildFirstText(file.find('meterCategory')) ?? 'NULL', ['Virtual Machines'])}`;
  return {
    ...product,
    SkuPriceDetails: buildDerivedText(buildCase([{ when: isMachine, value: json }]), 'AdditionalInfo'),
  };
}
