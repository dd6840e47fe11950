/** A machine that AWS sells by the hour. */
export interface AwsMachine {
  readonly resource: string;
  /** Region as bills name it (`us-east-1`); null in files from before attributes named it. */
  readonly region: string | null;
  /** See `PriceCollector.add`. */
  readonly rank: number;
}

/** Attributes of a product that together identify one way to buy a machine. */
export const machineAttributes = [
  'instanceType',
  'regionCode',
  'locationType',
  'operatingSystem',
  'preInstalledSw',
  'tenancy',
  'capacitystatus',
  'marketoption',
  'operation',
] as const;
export type MachineAttributes = Readonly<Partial<Record<(typeof machineAttributes)[number], string>>>;

/** Definition of "on demand": Linux without other software, used capacity, in a proper AWS region. */
const onDemandAttributes: Readonly<Partial<Record<(typeof machineAttributes)[number], string>>> = {
  operatingSystem: 'Linux',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  marketoption: 'OnDemand',
  locationType: 'AWS Region',
  operation: 'RunInstances',
};

/** Older files lack these attributes; if present, they must have the wanted value. */
const mayBeMissing: ReadonlySet<string> = new Set(['marketoption', 'locationType', 'operation']);

/**
 * The machine of an on-demand product; null for other products: another system, software, reserved capacity, dedicated
 * hosts. Bare metal is sold as dedicated and, lately, as shared; shared has precedence if both exist.
 */
export function parseOnDemandMachine(productFamily: string, attributes: MachineAttributes): AwsMachine | null {
  const { instanceType, regionCode, tenancy } = attributes;
  if (instanceType === undefined || instanceType === '') return null;
  const isMetal = productFamily === 'Compute Instance (bare metal)';
  if (!isMetal && productFamily !== 'Compute Instance') return null;
  if (tenancy !== 'Shared' && !(isMetal && tenancy === 'Dedicated')) return null;
  for (const [name, value] of Object.entries(onDemandAttributes)) {
    const stated = attributes[name as keyof MachineAttributes] ?? '';
    if (stated !== value && !(stated === '' && mayBeMissing.has(name))) return null;
  }
  const region = regionCode === undefined || regionCode === '' ? null : regionCode;
  return { resource: instanceType, region, rank: tenancy === 'Shared' ? 0 : 1 };
}
