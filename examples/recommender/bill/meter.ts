import type { Cloud, ExtraColumn } from './focus-columns.ts';

/** Something a cloud sells by the unit, with its public list price. */
export interface Meter {
  readonly cloud: Cloud;
  readonly serviceCategory: string;
  readonly serviceSubcategory: string;
  readonly serviceName: string;
  /** The meter's own name: AWS usage type, Azure meter name. */
  readonly skuMeter: string;
  readonly description: string;
  /** USD for one `pricingUnit`, on demand; decimal string. */
  readonly listUnitPrice: string;
  readonly pricingUnit: string;
  readonly consumedUnit: string;
  /** Consumed units in one pricing unit; decimal string, such as 1000 for a price per 1K tokens. */
  readonly consumedPerPricingUnit: string;
  /** SkuPriceDetails of FOCUS, where the cloud gives any. */
  readonly skuPriceDetails?: string;
  /** Publisher, where it is not the cloud. */
  readonly publisher?: string;
  readonly extra: Partial<Record<ExtraColumn, string>>;
}
