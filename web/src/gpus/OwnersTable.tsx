import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Bucket, GpuOwner, GpuOwners, OwnerDimension } from '../../../src/finops/gpu-usage/schema.ts';
import { formatMoney } from '../format/money.ts';
import { formatPercent } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { compareAmounts, compareNumbers } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { computeUnitPrice, idleHours, idleMoney, toMoney } from './figures.ts';
import { BUCKETS, DIMENSIONS, hoursText, ownerName, shortName } from './words.ts';

const PARTS: readonly Bucket[] = ['used', 'underUsed'];
const NO_PRICE = 'None of its hours has a price.';

const orderByPart = (part: Bucket | 'paid') => compareAmounts<GpuOwner>(({ cost }) => toMoney(cost, part)?.amount);
const COMPARE: Comparators<GpuOwner> = {
  owner: (a, b) => ownerName(a).localeCompare(ownerName(b)),
  idle: compareAmounts((a) => idleMoney(a.cost)?.amount),
  used: orderByPart('used'),
  underUsed: orderByPart('underUsed'),
  unallocated: orderByPart('unallocated'),
  paid: orderByPart('paid'),
  hours: (a, b) => a.gpuHours.paid - b.gpuHours.paid,
  price: compareAmounts((a) => computeUnitPrice(a)?.amount),
  share: compareNumbers((a) => a.usedShare),
};

/** Owners with the parts of their time in money; the sums and the used share agree with the sentence at the top. */
export function OwnersTable({ owners }: { readonly owners: GpuOwners }) {
  const { by, groups, others, groupCount } = owners;
  const { sorted, sort } = useSorted(groups, COMPARE);
  return (
    <SidewaysBox label="Owners">
      <table className={table.table} data-testid="owners">
        <thead>
          <tr>
            <SortHead column="owner" sort={sort}>
              {DIMENSIONS[by]}
            </SortHead>
            <SortHead column="idle" sort={sort} numeric>
              Idle
            </SortHead>
            {PARTS.map((name) => (
              <SortHead key={name} column={name} sort={sort} numeric className={table.wideOnly}>
                <span data-tip={BUCKETS[name].tip}>{BUCKETS[name].label}</span>
              </SortHead>
            ))}
            <SortHead column="unallocated" sort={sort} numeric className={table.wideOnly}>
              <span data-tip={BUCKETS.unallocated.tip}>{BUCKETS.unallocated.label}</span>
            </SortHead>
            <SortHead column="paid" sort={sort} numeric>
              Paid
            </SortHead>
            <SortHead column="hours" sort={sort} numeric className={table.wideOnly}>
              GPU-hours
            </SortHead>
            <SortHead column="price" sort={sort} numeric className={table.wideOnly}>
              Price per hour
            </SortHead>
            <SortHead column="share" sort={sort} numeric className={table.wideOnly}>
              Used share
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map((group) => (
            <Row key={`${group.kind} ${group.key}`} name={<OwnerName group={group} by={by} />} group={group} />
          ))}
          {others !== null && <Row name={`${groupCount - groups.length} others`} group={others} />}
        </tbody>
        <tfoot>
          <Row name="Total" group={owners} />
        </tfoot>
      </table>
    </SidewaysBox>
  );
}

function Row({
  name,
  group,
}: {
  readonly name: ReactNode;
  readonly group: Pick<GpuOwner, 'cost' | 'gpuHours' | 'usedShare'>;
}) {
  const { cost, gpuHours, usedShare } = group;
  const [idle, price] = [idleMoney(cost), computeUnitPrice(group)];
  const figure = (part: Bucket | 'paid', hours: number) => {
    const money = toMoney(cost, part);
    return money === null ? <Unpriced hours={hours} reason={cost.reason} /> : <MoneyFigure money={money} />;
  };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={table.number}>
        {idle === null ? <Unpriced hours={idleHours(gpuHours)} reason={cost.reason} /> : <MoneyFigure money={idle} />}
      </td>
      {PARTS.map((part) => (
        <td key={part} className={`${table.number} ${table.wideOnly}`}>
          {figure(part, gpuHours[part])}
        </td>
      ))}
      <td className={`${table.number} ${table.wideOnly}`}>{figure('unallocated', gpuHours.unallocated)}</td>
      <td className={table.number} data-testid="paid">
        {figure('paid', gpuHours.paid)}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>{hoursText(gpuHours.paid)}</td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {price === null ? <Unknown reason={cost.reason ?? NO_PRICE} /> : formatMoney(price)}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {usedShare === null ? <Unknown reason="No hours." /> : formatPercent(usedShare * 100)}
      </td>
    </tr>
  );
}

/** Hours without a price, with the reason. */
function Unpriced({ hours, reason }: { readonly hours: number; readonly reason: string | null }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable without a mouse
    <span data-tip={reason ?? NO_PRICE} tabIndex={0}>
      {hoursText(hours)}
    </span>
  );
}

function OwnerName({ group, by }: { readonly group: GpuOwner; readonly by: OwnerDimension }) {
  const { key, kind, unknown } = group;
  if (key === null) {
    const why = unknown.map(({ reason, gpuHours }) => `${reason}: ${hoursText(gpuHours)}`).join('; ');
    return (
      <span className={table.none}>
        {ownerName(group)}
        {kind === 'unknown' && (
          <>
            {' '}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reasons must be reachable without a mouse */}
            <span className={table.sub} data-tip={why} tabIndex={0}>
              why?<span className="visually-hidden"> {why}</span>
            </span>
          </>
        )}
      </span>
    );
  }
  return <OwnerLink by={by} name={key} group={group} />;
}

/** Link to the page of an owner, where it has one. */
function OwnerLink({ by, name, group }: { by: OwnerDimension; name: string; group: GpuOwner }) {
  const { pipeline } = group.subject;
  const style = parts.textLink;
  switch (by) {
    case 'run':
      return (
        <Link to="/runs/$runId" params={{ runId: name }} className={style} data-tip={name}>
          {shortName(name)}
        </Link>
      );
    case 'model':
      return (
        <Link to="/models/$model" params={{ model: name }} className={style}>
          {name}
        </Link>
      );
    case 'modelVersion':
      return group.subject.model === undefined || group.subject.modelVersion === undefined ? (
        name
      ) : (
        <VersionLink model={group.subject.model} version={group.subject.modelVersion}>
          {name}
        </VersionLink>
      );
    case 'endpoint':
      return (
        <Link to="/endpoints/$endpoint" params={{ endpoint: name }} className={style}>
          {name}
        </Link>
      );
    case 'pipelineRun':
      if (pipeline === undefined) return name;
      return (
        <Link to="/pipelines/$pipeline/runs/$run" params={{ pipeline, run: name }} className={style} data-tip={name}>
          {shortName(name)}
        </Link>
      );
    case 'team':
      return (
        <Link from="/gpus" to="/gpus" search={(before) => ({ ...before, team: name })} className={style}>
          {name}
        </Link>
      );
    case 'gpu':
      return (
        <Link
          from="/gpus"
          to="/gpus"
          search={(before) => ({ ...before, gpu: name })}
          className={style}
          resetScroll={false}
        >
          {name}
        </Link>
      );
    default:
      return name;
  }
}
