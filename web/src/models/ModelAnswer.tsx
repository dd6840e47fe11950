import { Link } from '@tanstack/react-router';
import { counted } from '../format/number.ts';
import { VersionLink } from '../parts/VersionLink.tsx';
import { bestVersionText, type HeadlineFacts, verdictText } from './headline.ts';
import { QualityFigure } from './QualityFigure.tsx';
import { UnitCostFigure } from './UnitCostFigure.tsx';
import { BASIS_NAME, comparedBasis, comparedFigure } from './unit-costs.ts';
import { findChampion } from './versions.ts';

interface ModelAnswerProps extends HeadlineFacts {
  /** Begins with the model's name as a link: for pages with several models. */
  readonly linked?: string;
}

/** The champion with its verdict, quality and cost; then the best version, with its cost on the same basis and its verdict. */
export function ModelAnswer({ linked, ...facts }: ModelAnswerProps) {
  const { versions, compared, policy, metric, decisions } = facts;
  const champion = findChampion(versions, policy);
  const name =
    linked === undefined ? undefined : (
      <Link to="/models/$model" params={{ model: linked }}>
        {linked}
      </Link>
    );
  if (champion === undefined) {
    return (
      <>
        {name === undefined ? 'No' : <>{name} has no</>} champion yet among {counted(versions.length, 'version')}.
      </>
    );
  }
  const { figure, reason, scale } = comparedFigure(compared, champion.version);
  const basis = figure === null ? null : compared.basis;
  return (
    <>
      <strong>{name ?? champion.model}</strong> <VersionLink model={champion.model} version={champion.version} /> is
      champion, {verdictText(champion.version, decisions)}:{' '}
      {metric !== undefined && (
        <>
          {metric} <QualityFigure version={champion} metric={metric} /> at{' '}
        </>
      )}
      <UnitCostFigure {...{ figure, reason, scale }} stated={null} /> predictions
      {basis !== null && (
        <>
          {' '}
          (<span data-tip={comparedBasis(compared) ?? undefined}>{BASIS_NAME[basis]}</span>)
        </>
      )}
      . {bestVersionText(facts)}
    </>
  );
}
