/** Days, YYYY-MM-DD, both included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** Selection of charges. */
export interface ChargesQuestion extends DayRange {
  /** Dimensions as in `cost summary`, or `sku`: a SKU by its id, else its meter, else its description. */
  readonly dimensions: readonly string[];
}

/** A condition on charges; a SKU uses the name of the column that identifies it. */
export interface ChargeCondition {
  readonly dimension: string;
  readonly value: string;
  /** Matches every other value. */
  readonly isNot?: true;
}

/** Cost of one day, in total or of one value of a dimension. */
export interface SliceDay {
  /** A dimension that costs can be filtered by; null: the total of the query. */
  readonly dimension: string | null;
  readonly value: string | null;
  readonly currency: string;
  /** YYYY-MM-DD, UTC; days without a charge are omitted. */
  readonly day: string;
  /** Exact effective cost; null when no row states it. */
  readonly cost: string | null;
  /** Pricing quantity; null if the rows of the day have different units. */
  readonly quantity: number | null;
  readonly unit: string | null;
  /** Last day that all sources of this day's rows have delivered. */
  readonly through: string;
}

export interface DailyQuestion {
  /** A subset of the dimensions of `ChargesQuestion`; each is broken down by value. */
  readonly dimensions: readonly string[];
  readonly where: readonly ChargeCondition[];
  /** Maximum number of values per dimension, those with the largest cost. */
  readonly most: number;
}

/** Cost of one kind of charge in two ranges of days. Costs and quantities are exact sums; `0` without rows. */
export interface ChargeCell {
  /** Value of each dimension; SKUs under the name of the column that identifies them. */
  readonly values: Readonly<Record<string, string | null>>;
  readonly service: string | null;
  readonly category: string | null;
  readonly description: string | null;
  readonly unit: string | null;
  readonly costBefore: string;
  readonly costAfter: string;
  readonly quantityBefore: string;
  readonly quantityAfter: string;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

export interface CellsQuestion {
  readonly currency: string;
  readonly where: readonly ChargeCondition[];
  readonly before: DayRange;
  /** After `before`, and not adjacent to it. */
  readonly after: DayRange;
  /** Maximum number of cells; the rest is summed into one cell without values. */
  readonly most: number;
}

/** Charges of some days by effective cost, without credits, taxes and charges for longer than a day. */
export interface DailyCharges {
  /** Last day that each source has delivered. */
  readonly through: ReadonlyMap<string, string>;
  /** Effective cost of charges for longer than a day, by currency, exact. */
  readonly longer: readonly { readonly currency: string; readonly amount: string }[];
  /** Cost by day, in total and by value of each dimension, in one grouped query. */
  daily(question: DailyQuestion): Promise<SliceDay[]>;
  /** Compares the kinds of charges of two ranges of days, largest first. */
  cells(question: CellsQuestion): Promise<ChargeCell[]>;
}
