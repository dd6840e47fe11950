import { buildCase } from './expressions.ts';
import { type FileColumns, foldName, indexFileColumns } from './file-columns.ts';
import type { SourceColumn, SourceExpression } from './format.ts';

/** Names of each column in the exports of Enterprise Agreement, Customer Agreement and Pay-As-You-Go, and in German. */
const names = {
  additionalInfo: ['AdditionalInfo', 'ZusätzlicheInfos'],
  availabilityZone: ['AvailabilityZone', 'Verfügbarkeitszone'],
  benefitId: ['BenefitId'],
  benefitName: ['BenefitName'],
  billingAccountId: ['BillingAccountId', 'Abrechnungskonto-ID'],
  billingAccountName: ['BillingAccountName', 'Name des Abrechnungskontos'],
  billingProfileId: ['BillingProfileId', 'Abrechnungsprofil-ID'],
  billingProfileName: ['BillingProfileName', 'Name des Abrechnungsprofils'],
  chargeType: ['ChargeType', 'Gebührentyp'],
  consumedService: ['ConsumedService', 'Genutzter Dienst', 'Verbrauchter Dienst'],
  cost: ['CostInBillingCurrency', 'Cost', 'PreTaxCost', 'ExtendedCost', 'Kosten', 'Kosten in Abrechnungswährung'],
  costInPricingCurrency: ['CostInPricingCurrency'],
  currency: ['BillingCurrency', 'BillingCurrencyCode', 'Currency', 'Währung', 'Abrechnungswährung'],
  date: ['Date', 'UsageDateTime', 'UsageDate', 'Datum', 'Nutzungsdatum'],
  exchangeRate: ['ExchangeRatePricingToBilling', 'ExchangeRate'],
  frequency: ['Frequency', 'Häufigkeit'],
  instanceType: ['ResourceType', 'Ressourcentyp'],
  invoiceId: ['InvoiceId', 'InvoiceNo', 'Rechnungs-ID'],
  listCost: ['PaygCostInBillingCurrency'],
  listPrice: ['PayGPrice', 'Pay-as-you-goPrice'],
  location: ['ResourceLocation', 'ResourceLocationNormalized', 'Ressourcenstandort', 'Location'],
  meterCategory: ['MeterCategory', 'Kategorie der Verbrauchseinheit'],
  meterName: ['MeterName', 'Meter', 'Name der Verbrauchseinheit'],
  meterSubCategory: ['MeterSubCategory', 'Unterkategorie der Verbrauchseinheit'],
  periodEnd: ['BillingPeriodEndDate', 'BillingPeriodEnd', 'Enddatum des Abrechnungszeitraums'],
  periodStart: ['BillingPeriodStartDate', 'BillingPeriodStart', 'Startdatum des Abrechnungszeitraums'],
  price: ['UnitPrice', 'ResourceRate', 'Preis pro Einheit', 'Einzelpreis'],
  pricingCurrency: ['PricingCurrency', 'PricingCurrencyCode'],
  pricingModel: ['PricingModel', 'Preismodell'],
  product: ['ProductName', 'Product', 'Produktname', 'Produkt'],
  productId: ['ProductId', 'PartNumber', 'Teilenummer', 'Produkt-ID'],
  publisherName: ['PublisherName', 'Name des Herausgebers'],
  publisherType: ['PublisherType', 'Herausgebertyp'],
  quantity: ['Quantity', 'UsageQuantity', 'ConsumedQuantity', 'Menge', 'Verbrauchte Menge'],
  resellerName: ['ResellerName', 'PartnerName'],
  reservationId: ['ReservationId', 'Reservierungs-ID'],
  reservationName: ['ReservationName', 'Reservierungsname'],
  resourceId: ['ResourceId', 'InstanceId', 'ID der Instanz', 'Ressourcen-ID'],
  resourceName: ['ResourceName', 'Ressourcenname'],
  subscriptionId: ['SubscriptionId', 'SubscriptionGuid', 'Abonnement-GUID', 'Abonnement-ID'],
  subscriptionName: ['SubscriptionName', 'Name des Abonnements', 'Abonnementname'],
  tags: ['Tags', 'Tag', 'Markierungen'],
  unit: ['UnitOfMeasure', 'Maßeinheit'],
} as const;

export type AzureColumn = keyof typeof names;

export interface AzureFile {
  /** The column as an expression over the file; German numbers are already converted to decimal points. */
  find(column: AzureColumn): SourceExpression | null;
  /** Like `find`; marks the column as mapped to FOCUS unchanged. */
  take(column: AzureColumn): SourceExpression | null;
  rest(): string[];
  /** Columns of the file that hold dates. */
  readonly dates: readonly string[];
  /** Columns of the file that hold amounts. */
  readonly amounts: readonly string[];
  readonly isGerman: boolean;
}

const AMOUNTS: ReadonlySet<AzureColumn> = new Set([
  'cost',
  'costInPricingCurrency',
  'exchangeRate',
  'listCost',
  'listPrice',
  'price',
  'quantity',
]);
const DATES: readonly AzureColumn[] = ['date', 'periodStart', 'periodEnd'];

/** Portals write a localized header as `Kosten (Cost)`; the text in brackets is the column name in every language. */
export function buildAzureFile(columns: readonly SourceColumn[]): AzureFile {
  const file: FileColumns = indexFileColumns(columns, (name) =>
    foldName(/\((?<inner>\w+)\)\s*$/.exec(name)?.groups?.inner ?? name),
  );
  const isGerman = columns.some(({ name }) =>
    /\b(Kosten|Datum|Währung|Abonnement|Menge|Verbrauchseinheit)\b/.test(name),
  );
  const written = (column: AzureColumn, found: SourceExpression | null) => {
    if (found === null || found.type !== 'VARCHAR') return found;
    return isGerman && AMOUNTS.has(column) ? { ...found, sql: normalizeDecimal(found.sql) } : found;
  };
  const named = (all: Iterable<AzureColumn>) => [...all].flatMap((column) => file.find(...names[column])?.shown ?? []);
  return {
    dates: named(DATES),
    amounts: named(AMOUNTS),
    find: (column) => written(column, file.find(...names[column])),
    take: (column) => written(column, file.take(...names[column])),
    rest: () => file.rest(),
    isGerman,
  };
}

/** `1.234,56` -> `1234.56`; a number without a comma stays unchanged. */
function normalizeDecimal(text: string): string {
  return buildCase([{ when: `contains(${text}, ',')`, value: `replace(replace(${text}, '.', ''), ',', '.')` }], text);
}
