import { z } from 'zod';

const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNIT_MS = [86_400_000, 3_600_000, 60_000, 1_000, 1];

/** `30s`, `1h30m`, `2d`; a plain number is milliseconds, so that a parsed value can be parsed again. */
export const Duration = z.union([z.string(), z.number().int().min(0)]).transform((text, context): number => {
  if (typeof text === 'number') return text;
  const parts = text === '' ? null : DURATION.exec(text)?.slice(1);
  if (parts !== undefined && parts !== null) {
    return parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (UNIT_MS[index] ?? 0), 0);
  }
  context.addIssue({ code: 'custom', message: 'a duration such as 30s, 5m or 1h30m' });
  return z.NEVER;
});

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity of memory as Kubernetes writes it: `512Mi`, `1.5Gi`, `2G`; bytes. */
export const Memory = z.union([z.string(), z.number()]).transform((given, context): number => {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)([kMGT]|[KMGT]i)?$/.exec(String(given)) ?? [];
  const unit = SUFFIXES[suffix];
  if (digits !== undefined && unit !== undefined && Number(digits) > 0) return Math.round(Number(digits) * unit);
  context.addIssue({ code: 'custom', message: 'an amount of memory such as 512Mi or 2Gi' });
  return z.NEVER;
});

/** CPUs as Kubernetes writes them: `2`, `0.5`, `500m`. */
export const Cpus = z.union([z.string(), z.number()]).transform((given, context): number => {
  const [, digits, milli] = /^(\d+(?:\.\d+)?)(m)?$/.exec(String(given)) ?? [];
  const cpus = Number(digits ?? 0) / (milli === undefined ? 1 : 1000);
  if (cpus > 0) return cpus;
  context.addIssue({ code: 'custom', message: 'a number of CPUs such as 2, 0.5 or 500m' });
  return z.NEVER;
});
