import { AppError } from '../../../platform/errors/index.ts';
import { addAwsPrice, refuseOtherOffers } from './aws-json.ts';
import { type MachineAttributes, machineAttributes, parseOnDemandMachine } from './aws-machine.ts';
import { collectPrices, type PriceCollector, parseCatalogueInstant, type ReadCatalogue } from './catalogue-price.ts';
import { CsvTextError, readCsvRecords } from './csv-records.ts';
import { createForeignFileError, type PriceFile, readText } from './price-file.ts';

/** Column of each attribute. */
const attributeColumns: Readonly<Record<(typeof machineAttributes)[number], string>> = {
  instanceType: 'Instance Type',
  regionCode: 'Region Code',
  locationType: 'Location Type',
  operatingSystem: 'Operating System',
  preInstalledSw: 'Pre Installed S/W',
  tenancy: 'Tenancy',
  capacitystatus: 'CapacityStatus',
  marketoption: 'MarketOption',
  operation: 'operation',
};
const rateColumns = ['TermType', 'EffectiveDate', 'Unit', 'PricePerUnit', 'Currency', 'Product Family'] as const;
/** Without these a file is no price list of EC2. */
const needed = [...rateColumns, 'Instance Type', 'Operating System', 'Pre Installed S/W', 'Tenancy', 'CapacityStatus'];

/** Metadata of the list come before its header, one per line. */
const MOST_LINES_BEFORE_HEADER = 20;

interface CsvHeader {
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
}

/**
 * Prices on demand of an AWS price list as CSV. A file that is cut off at the end of a line looks whole, unless it is
 * packed. Errors: `file_format_unknown`, `file_truncated`, `file_unreadable`, `csv_malformed`.
 */
export async function readAwsCsv(file: PriceFile, region: string | null): Promise<ReadCatalogue> {
  const prices = collectPrices();
  const facts = new Map<string, string>();
  let header: CsvHeader | null = null;
  try {
    for await (const { fields, line } of readCsvRecords(readText(file), canBeOnDemand)) {
      if (header !== null) addRow(prices, header, fields, { region, name: file.name, line });
      else if (fields[0] === 'SKU') header = parseHeader(fields, facts, file.name);
      else facts.set(fields[0] ?? '', fields[1] ?? '');
      if (facts.size > MOST_LINES_BEFORE_HEADER) break;
    }
  } catch (error) {
    throw toCsvError(error, file.name);
  }
  if (header === null)
    throw createForeignFileError(file.name, 'it is neither JSON nor has it a line that begins with "SKU"');
  return { publishedAt: parseCatalogueInstant(facts.get('Publication Date') ?? ''), ...prices.collected() };
}

const LINUX = Buffer.from('Linux');
const RESERVED_FIELD = Buffer.from('"Reserved"');

/** Twelve of thirteen rows are reserved terms, and most of the others are for other systems: these rows are not parsed. */
function canBeOnDemand(record: Buffer, index: number): boolean {
  return index <= MOST_LINES_BEFORE_HEADER || (record.includes(LINUX) && !record.includes(RESERVED_FIELD));
}

/** Errors: `file_format_unknown`. */
function parseHeader(names: readonly string[], facts: ReadonlyMap<string, string>, name: string): CsvHeader {
  refuseOtherOffers(facts.get('OfferCode'), name);
  const missing = needed.filter((column) => !names.includes(column));
  if (missing.length > 0) throw createForeignFileError(name, `it has no column "${missing.join('", "')}"`);
  return { names, places: new Map(names.map((column, index) => [column, index])) };
}

interface RowPlace {
  readonly region: string | null;
  readonly name: string;
  readonly line: number;
}

function addRow(prices: PriceCollector, header: CsvHeader, fields: readonly string[], place: RowPlace): void {
  const { region, name, line } = place;
  if (fields.length !== header.names.length) {
    const why = `the row has ${fields.length} fields, the header has ${header.names.length}`;
    throw createMalformedError(name, line, why);
  }
  const cell = (column: string) => fields[header.places.get(column) ?? -1] ?? '';
  if (cell('TermType') !== 'OnDemand') return;
  const machine = parseOnDemandMachine(cell('Product Family'), readAttributes(cell));
  if (machine === null) return;
  const amount = cell('PricePerUnit');
  if (!/^\d+(\.\d+)?$/.test(amount)) throw createMalformedError(name, line, `"${amount}" is no price`);
  const rate = { unit: cell('Unit'), effectiveDate: cell('EffectiveDate'), currency: cell('Currency'), amount };
  addAwsPrice(prices, machine, { region, name, ...rate });
}

function readAttributes(cell: (column: string) => string): MachineAttributes {
  return Object.fromEntries(machineAttributes.map((name) => [name, cell(attributeColumns[name])]));
}

function toCsvError(error: unknown, name: string): unknown {
  if (!(error instanceof CsvTextError)) return error;
  if (!error.isTruncated) return createMalformedError(name, error.line, error.message, error);
  const detail = `${name} is cut off in line ${error.line}: ${error.message}. Fetch it again; nothing has changed.`;
  return new AppError('file_truncated', detail, { file: name, line: error.line }, { cause: error });
}

function createMalformedError(name: string, line: number, why: string, cause?: unknown): AppError {
  const detail = `${name}, line ${line}: ${why}; the file may be cut off. Fetch it again; nothing has changed.`;
  return new AppError('csv_malformed', detail, { file: name, line }, { cause });
}
