import { Fragment } from 'react';
import type { EndpointDetail, EndpointVariant } from '../../../src/mlops/serving/schema.ts';
import { counted, formatCount } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { computeFigures } from './endpoint-figures.ts';
import { toPerMillion } from './endpoint-rows.ts';
import { sum } from './sum.ts';
import { shareText } from './words.ts';

/** Live versions, number of predictions and their cost; failures come first. */
export function EndpointAnswer({ endpoint }: { readonly endpoint: EndpointDetail }) {
  const { state, newest, live, variants, routes } = endpoint;
  const { predictions, per1000, unpriced } = computeFigures(variants);
  const answering = [...variants, ...routes].filter(({ weight }) => weight > 0);
  const shadows = variants.filter(({ shadow }) => shadow > 0);
  if (live === null) {
    return state === 'failed' ? (
      <>No replica answers: revision {newest.revision} did not become ready.</>
    ) : (
      <>No replica answers yet: the replicas of revision {newest.revision} are starting.</>
    );
  }
  return (
    <>
      {state === 'failed' && `Revision ${newest.revision} did not become ready; `}
      {state === 'rolling-out' && `Revision ${newest.revision} is starting; until then `}
      {answering.map((one, index) => (
        <Fragment key={'route' in one ? one.route : one.variant}>
          {index > 0 && (index === answering.length - 1 ? ' and ' : ', ')}
          {'route' in one ? (
            `the ${one.kind} ${one.route}`
          ) : (
            <VersionLink model={one.model} version={one.version}>
              {one.model} version {one.version}
            </VersionLink>
          )}
          {answering.length > 1 && ` (${shareText(one.weight)})`}
        </Fragment>
      ))}{' '}
      {answering.length === 1 ? 'answers' : 'answer'}
      {shadows.map(({ variant, model, version }) => (
        <Fragment key={variant}>
          , <VersionLink model={model} version={version} />
        </Fragment>
      ))}
      {shadows.length > 0 && ' as shadow'}:{' '}
      {predictions === null ? describeRequests(variants) : `${formatCount(predictions)} predictions`}
      {per1000 !== null && (
        <>
          {' '}
          at {unpriced.length > 0 && 'at least '}
          <MoneyFigure money={toPerMillion(per1000)} /> per 1M including idle time
        </>
      )}
      .
    </>
  );
}

/** Before the first of them is metered. */
function describeRequests(variants: readonly EndpointVariant[]): string {
  const answered = sum(variants, (variant) => variant.answered);
  return answered === 0
    ? 'no request yet'
    : `${counted(answered, 'request')} since ${variants.length === 1 ? 'it' : 'they'} started`;
}
