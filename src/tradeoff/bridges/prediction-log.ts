import type { PredictionLog, ServedPrediction } from '../../mlops/gateway/index.ts';
import type { Monitoring } from '../../mlops/monitoring/index.ts';
import type { Org } from '../../org/index.ts';
import { createLastKnown } from '../../platform/last-known/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';

/** Cache lifetime of the team of a project, after which a change of its team takes effect. */
const TEAM_FRESH_MS = 10_000;

interface PredictionLogDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Age up to which the team of a project is used while the store does not respond, in milliseconds. */
  readonly maxAgeMs: number;
  readonly org: Org;
}

/** The log of predictions, which are of the team that their project has when they are kept. */
export function createPredictionLog(
  { store, clock, maxAgeMs, org }: PredictionLogDeps,
  { keep, keepShadows }: Monitoring['served'],
): PredictionLog {
  const lastKnown = createLastKnown<{ readonly team: string | null }>({ clock, maxAgeMs });
  const teams = new Map<string, { readonly team: Promise<string | null>; readonly until: number }>();

  function teamOf(project: string): Promise<string | null> {
    const now = performance.now();
    const known = teams.get(project);
    if (known !== undefined && now < known.until) return known.team;
    const read = async () => ({ team: (await org.withTeam(store, { project })).team ?? null });
    const team = lastKnown.read(project, read).then((found) => found.team);
    teams.set(project, { team, until: now + TEAM_FRESH_MS });
    team.catch(() => teams.delete(project));
    return team;
  }

  async function addTeams(predictions: readonly ServedPrediction[]) {
    const projects = [...new Set(predictions.flatMap(({ project }) => project ?? []))];
    if (projects.length === 0) return predictions.map((one) => ({ ...one }));
    const found = new Map(await Promise.all(projects.map(async (one) => [one, await teamOf(one)] as const)));
    return predictions.map((one) => ({ ...one, team: found.get(one.project ?? '') ?? null }));
  }

  return {
    keep: async (predictions) => keep(await addTeams(predictions)),
    async keepShadows(answers) {
      const rows = await addTeams(answers.map(({ answer }) => answer));
      await keepShadows(
        answers.map(({ answer, predictionModel }, at) => ({ answer: rows[at] ?? { ...answer }, predictionModel })),
      );
    },
  };
}
