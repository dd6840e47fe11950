/** Content encodings that the server can send, best first. Brotli is used for files that were compressed at build. */
export type ContentEncoding = 'br' | 'gzip';

/**
 * The first of `offered` that a request accepts (RFC 9110, 12.5.3), or null for the body as it is. A coding that is not
 * named is acceptable only by `*`; a weight of 0 refuses it. The client's order of preference is not read.
 *
 * @example pickEncoding('gzip, deflate, br;q=0.5', ['br', 'gzip']) // 'br'
 */
export function pickEncoding<E extends ContentEncoding>(
  acceptEncoding: string | undefined,
  offered: readonly E[],
): E | null {
  const weights = readWeights(acceptEncoding ?? '');
  const isAccepted = (coding: E) => (weights.get(coding) ?? weights.get('*') ?? 0) > 0;
  return offered.find(isAccepted) ?? null;
}

function readWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1';
    const value = Number(weight);
    weights.set(coding, Number.isNaN(value) ? 0 : value);
  }
  return weights;
}
