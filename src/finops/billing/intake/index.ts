export { checkRows } from './check-rows.ts';
export { computeDeliveryId } from './delivery-id.ts';
export type { ChargeDates, DeliveryFileRef, DeliveryRequest, OnOverlap } from './delivery-request.ts';
export {
  buildRawKey,
  type Incoming,
  type IntakeDeps,
  isOfOtherPeriod,
  listStagedFiles,
  openIncomingFiles,
  settleFiles,
  stageFiles,
} from './incoming-files.ts';
export type { StagedBillFile } from './staging.ts';
