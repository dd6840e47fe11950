export { rawKey, type Incoming, type IntakeDeps, incomingFiles, settleFiles, stagedFiles, stageFiles, isOfOtherPeriod } from './incoming-files.ts';
export { checkRows } from './check-rows.ts';
export { deliveryId } from './delivery-id.ts';
export type { DeliveryRequest, OnOverlap, ChargeDates, DeliveryFileRef } from './delivery-request.ts';
export type { StagedBillFile } from './staging.ts';
