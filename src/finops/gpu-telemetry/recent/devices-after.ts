import type { LakeSession } from '../../../platform/lake/index.ts';
import type { Device } from './devices.ts';

/** Facts of the GPUs after folding the recent readings into their days; needs `gathered_utilization`. */
export async function computeDevicesAfter(
  session: LakeSession,
  recent: string,
  known: readonly Device[],
): Promise<Device[]> {
  const seen = await session.query(
    `SELECT gpu, arg_max(source, "sampledAt") AS source, max(host) AS host, max(model) AS model, max(slices)::INTEGER AS slices,
        max(epoch_ms("sampledAt"))::DOUBLE AS seen
      FROM ${recent} GROUP BY gpu ORDER BY gpu`,
  );
  const read = await session.query(
    'SELECT gpu, any_value(signal)::INTEGER AS signal, max(epoch_ms("sampledAt"))::DOUBLE AS at FROM gathered_utilization GROUP BY gpu',
  );
  const signals = new Map(read.map(({ gpu, signal, at }) => [String(gpu), { signal: Number(signal), at: Number(at) }]));
  const before = new Map(known.map((device) => [device.gpu, device]));
  return seen.map((row) => {
    const gpu = String(row.gpu);
    const [last, now] = [before.get(gpu), signals.get(gpu)];
    const text = (value: unknown, or: string | null | undefined) => (value === null ? (or ?? null) : String(value));
    const isNewer = now !== undefined && (last?.signalAt ?? 0) <= now.at;
    return {
      gpu,
      source: String(row.source),
      host: text(row.host, last?.host),
      model: text(row.model, last?.model),
      slices: row.slices === null ? (last?.slices ?? null) : Number(row.slices),
      signal: isNewer ? now.signal : (last?.signal ?? null),
      signalAt: isNewer ? now.at : (last?.signalAt ?? null),
      seenAt: Math.max(Number(row.seen), last?.seenAt ?? 0),
    };
  });
}
