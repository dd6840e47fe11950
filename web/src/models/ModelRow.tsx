import { Link } from '@tanstack/react-router';
import { formatCount } from '../format/number.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import table from '../table/table.module.css';
import { CostFigure } from './CostFigure.tsx';
import { QualityFigure } from './QualityFigure.tsx';
import { UnitCostFigure } from './UnitCostFigure.tsx';
import { comparedFigure } from './unit-costs.ts';
import { useModel } from './use-model.ts';
import { findChampion, listMetrics } from './versions.ts';

const NO_CHAMPION = 'No version has the champion alias.';
const NO_METRIC = 'No version has a metric.';

/** One model: its name immediately, its figures once their evidence is loaded. */
export function ModelRow({ model }: { readonly model: string }) {
  const { evidence, policy } = useModel(model);
  const versions = evidence.data?.versions;
  const compared = evidence.data?.compared;
  const champion = versions === undefined ? undefined : (findChampion(versions, policy) ?? null);
  const metric = listMetrics(versions ?? [], policy)[0];
  const pending = <Skeleton height={16} width={72} />;
  const failed = evidence.isError ? <Unknown reason={evidence.error.message} /> : pending;
  return (
    <tr>
      <th scope="row">
        <Link to="/models/$model" params={{ model }} className={table.rowLink}>
          {model}
        </Link>
      </th>
      <td className={table.wideOnly}>
        {champion === undefined ? (
          failed
        ) : champion === null ? (
          <Unknown reason={NO_CHAMPION} />
        ) : (
          <VersionLink model={model} version={champion.version} />
        )}
      </td>
      <td className={table.wideOnly}>{champion === undefined ? failed : (metric ?? <Unknown reason={NO_METRIC} />)}</td>
      <td className={table.number}>
        {champion === undefined ? (
          failed
        ) : (
          <QualityFigure version={champion} metric={metric ?? ''} reason={NO_CHAMPION} />
        )}
      </td>
      <td className={table.number}>
        {champion === undefined ? (
          failed
        ) : (
          <UnitCostFigure
            {...(champion === null || compared === undefined
              ? { figure: null, reason: NO_CHAMPION }
              : comparedFigure(compared, champion.version))}
            basis={compared?.basis ?? null}
          />
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {champion === undefined ? (
          failed
        ) : (
          <CostFigure evidence={champion?.trainingCost ?? null} reason={NO_CHAMPION} />
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {versions === undefined ? failed : formatCount(versions.length)}
      </td>
    </tr>
  );
}
