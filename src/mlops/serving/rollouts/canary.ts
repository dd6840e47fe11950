import { NotReady } from '../../replicas/index.ts';
import { driveAnalysedStep } from './analysed-step.ts';
import type { CanaryDeps } from './canary-deps.ts';
import { explainWorse, FIRST_LOOK } from './judge.ts';
import { createSide } from './side.ts';
import { advanceStep, endRollout, findRollout, insertRollout, type StoredRollout } from './store.ts';

/**
 * Gives a revision a larger share of the traffic step by step, as long as it is not shown to be worse, and with an analysis all of it
 * only when it is proven not to be; resolves when it may have all of it. The current step is in the store, so that the rollout continues there after a restart. Error: `NotReady`, with the
 * reason, when it was rolled back.
 */
export async function driveCanary(deps: CanaryDeps): Promise<void> {
  const { store, clock, endpoint, revision, spec, prepare } = deps;
  const { analysis } = spec;
  await insertRollout(store, deps, clock.now(), analysis !== undefined);
  const looks = { taken: 0 };
  for (;;) {
    const now = await requireEndpoint(deps);
    if (now.state === 'promoted') return prepare(100);
    if (now.state === 'aborted') throw new NotReady(now.reason ?? 'it was aborted');
    const step = spec.steps[now.step];
    if (step === undefined) {
      const reason = now.reason === null ? 'no step showed it to be worse' : `it was not proven worse: ${now.reason}`;
      await endRollout(store, { endpoint, revision }, { state: 'promoted', reason });
      continue;
    }
    await prepare(step.weight);
    await (analysis === undefined ? driveStep(deps, now, looks) : driveAnalysedStep({ ...deps, analysis }, now));
  }
}

/** Lasts as long as its step does. */
async function driveStep(deps: CanaryDeps, begun: StoredRollout, looks: { taken: number }): Promise<void> {
  const { store, clock, spec, endpoint, revision } = deps;
  const { weight, for: lastsMs } = spec.steps[begun.step] ?? { weight: 100, for: 0 };
  const [liveSide, canarySide] = [createSide(), createSide()];
  const untilMs = begun.stepMs + lastsMs;
  const hasLittle = () => clock.now() >= untilMs + spec.waitForTraffic && canarySide.requests < spec.requests;
  const answers = () => `${canarySide.requests} of ${spec.requests} required responses`;
  const waitsFor = () => {
    if (clock.now() < untilMs) return 'the minimum duration of the step has not elapsed';
    if (hasLittle()) return `held: the canary has ${answers()}; it waits for more traffic, or for a promotion or abort`;
    return `the canary has ${answers()}`;
  };
  deps.show({ weight, liveSide, canarySide, waitsFor });
  let nextLook = FIRST_LOOK;
  for (;;) {
    await deps.pause();
    const now = await requireEndpoint(deps);
    if (now.state !== 'running' || now.step !== begun.step) return;
    const isLittle = hasLittle() && spec.onLittleTraffic !== 'hold';
    if (isLittle && spec.onLittleTraffic === 'abort') {
      const reason = `too little traffic: step ${begun.step + 1} had ${answers()}`;
      return endRollout(store, { endpoint, revision }, { state: 'aborted', reason });
    }
    const isOver = isLittle || (clock.now() >= untilMs && canarySide.requests >= spec.requests);
    if (!isOver && canarySide.requests < nextLook) continue;
    nextLook = 2 * Math.max(FIRST_LOOK, canarySide.requests);
    looks.taken += 1;
    const reason = explainWorse(liveSide, canarySide, spec.abortOn, looks.taken);
    if (reason !== null) return endRollout(store, { endpoint, revision }, { state: 'aborted', reason });
    const unproven = isLittle ? `step ${begun.step + 1} had ${answers()}` : null;
    if (isOver) return advanceStep(store, now, clock.now(), unproven);
  }
}

async function requireEndpoint({ store, endpoint, revision }: CanaryDeps): Promise<StoredRollout> {
  const found = await findRollout(store, endpoint, revision);
  if (found === null) throw new NotReady('its endpoint was deleted');
  return found;
}
