export {
  type Access,
  type Identity,
  isAllowed,
  LOCAL,
  localAccess,
  NOBODY,
  noRecorder,
  type WorkGrant,
  type WriteRecord,
  type WriteRecorder,
} from './access.ts';
export { createDocsPlugin } from './docs-page.ts';
export { type ContentEncoding, pickEncoding } from './encoding.ts';
export type { DeclaredRoute } from './guard.ts';
export { limitStream } from './limit-stream.ts';
export { isLoopback, isSameOrigin } from './origin.ts';
export {
  createRead,
  type Download,
  handle,
  handleDownload,
  type Plugin,
  parseRequest,
  type Read,
  type ReadAs,
  type Route,
  toBodyLimitOption,
  toReadConfig,
} from './route.ts';
export { closeHttp, createHttp, findPort, listenOn } from './server.ts';
export {
  describeLimit,
  EVERYTHING,
  isMoneyVisible,
  isWithinLimit,
  isWorkVisible,
  limitMoney,
  limitWork,
  limitWorkUnless,
  type OwnerLimit,
  refuseHidden,
  seesEverything,
  selectWithinLimit,
  TOTALS,
  type Visible,
} from './visible.ts';
