export { findLastActAgainst, findRestatements } from './act-store.ts';
export { applyPlan, buildActResult } from './apply-plan.ts';
export { compareMoney } from './changed-money.ts';
export { type CountedUnit, findCountedUnits, findPeriodState } from './counted-units.ts';
export { type ArrivingUnit, buildArrivingUnits, groupFilesByUnit } from './import-units.ts';
export {
  type BillChange,
  type BillDerivation,
  type BillDeriver,
  type Deciding,
  type DeletedUnitRows,
  type IntendedUnit,
  type LedgerDeps,
  type Plan,
  planChange,
  readUnitContent,
} from './ledger.ts';
export { preferDelivery } from './prefer.ts';
export { type DeliveredUnit, findHeldUnits, revertDelivery } from './revert.ts';
export { refuseShrinking } from './shrink.ts';
export { findStanding } from './standing-of.ts';
export { refuseUnclear } from './unclear.ts';
export {
  findProvisionalDays,
  findSourceFormats,
  findStandingUnits,
  type StandingUnit,
  saveFormatsOfSource,
  saveProvisionalDays,
} from './unit-store.ts';
export { type BeforeUnits, fillUnits } from './units-migration.ts';
