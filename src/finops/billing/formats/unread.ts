import { foldName } from './file-columns.ts';
import type { SourceColumn } from './format.ts';

/** A known cost format that is not supported, and the alternative way to import its costs. */
export interface UnreadFormat {
  readonly name: string;
  readonly advice: string;
}

interface UnreadFile extends UnreadFormat {
  /** Folded names: a file with all columns of one of the groups has this format. */
  readonly columns: readonly (readonly string[])[];
  /** A JSON text of this format contains all of these. */
  readonly json: readonly string[];
}

const AS_FOCUS = 'Write one row a day and project as a FOCUS CSV and import that: docs/bills.md has the columns';

const unreadFiles: readonly UnreadFile[] = [
  {
    name: 'a Google Cloud billing export',
    columns: [
      ['usagestarttime', 'cost', 'skuid'],
      ['usagestarttime', 'cost', 'skudescription'],
      ['servicedescription', 'skudescription', 'skuid'],
    ],
    json: ['"usage_start_time"', '"sku"'],
    advice:
      "Export the rows of Google's FOCUS view of the BigQuery billing export as CSV or Parquet, and import that file",
  },
  {
    name: 'an export of OpenAI costs',
    columns: [['amountvalue', 'amountcurrency']],
    json: ['organization.costs.result'],
    advice: `${AS_FOCUS} (amount_value is BilledCost, line_item is SkuId, project_id is SubAccountId)`,
  },
  {
    name: 'an export of Anthropic costs',
    columns: [
      ['costusd', 'tokentype'],
      ['costusd', 'usagedateutc'],
    ],
    json: ['"starting_at"', '"results"', '"amount"'],
    advice: `${AS_FOCUS} (cost_usd is BilledCost, model is SkuId, workspace is SubAccountId; amounts of the API are cents)`,
  },
  {
    name: "LiteLLM's spend log",
    columns: [
      ['spend', 'totaltokens', 'calltype'],
      ['spend', 'totaltokens', 'apikey'],
    ],
    json: ['"spend"', '"total_tokens"'],
    advice: "Import LiteLLM's FOCUS export instead: it has the same spend by team, key and model",
  },
];

/** The unsupported format of a table; null for any other. */
export function findUnreadTable(columns: readonly SourceColumn[]): UnreadFormat | null {
  const names = new Set(columns.map(({ name }) => foldName(name)));
  return unreadFiles.find((file) => file.columns.some((group) => group.every((name) => names.has(name)))) ?? null;
}

/** The unsupported format of a text that may be JSON, from its beginning; null for any other. */
export function findUnreadJson(text: string): UnreadFormat | null {
  if (!/^\s*[[{]/.test(text)) return null;
  return unreadFiles.find((file) => file.json.every((word) => text.includes(word))) ?? null;
}
