/** A seeded stream of random numbers. Same seed, same stream, on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, maxExclusive). */
  integer(maxExclusive: number): number;
  /** Standard normal (mean 0, standard deviation 1). */
  normal(): number;
  /** Standard Gumbel (location 0, scale 1); adding it to log-weights and sorting samples without replacement. */
  gumbel(): number;
}

/**
 * xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (public domain, https://prng.di.unimi.it/xoshiro128starstar.c),
 * its 128 bits of state filled from the 32-bit seed by splitmix32 (the finaliser of MurmurHash3 over a Weyl sequence).
 * Not for secrets.
 */
export function createRandom(seed: number): Random {
  const state = new Uint32Array(4);
  let weyl = seed | 0;
  for (let i = 0; i < 4; i++) {
    weyl = (weyl + 0x9e3779b9) | 0;
    state[i] = mix(weyl);
  }
  let a = state[0] ?? 1;
  let b = state[1] ?? 2;
  let c = state[2] ?? 3;
  let d = state[3] ?? 4;
  let spare: number | null = null;
  const nextUint32 = (): number => {
    const scaled = Math.imul(b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const next = (): number => nextUint32() / 4294967296;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    // Box-Muller; 1 - next() keeps the logarithm's argument above zero.
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    next,
    normal,
    integer: (maxExclusive) => Math.floor(next() * maxExclusive),
    gumbel: () => -Math.log(-Math.log((nextUint32() + 0.5) / 4294967296)),
  };
}

/**
 * A seed for an independent stream named `label`, so that adding draws to one stream leaves the others unchanged.
 * FNV-1a over the label's UTF-16 code units, mixed with the parent seed. Result is a 32-bit unsigned integer.
 */
export function seedFor(seed: number, label: string): number {
  let hash = 0x811c9dc5 ^ mix(seed | 0);
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return mix(hash);
}

function mix(value: number): number {
  let z = value ^ (value >>> 16);
  z = Math.imul(z, 0x85ebca6b);
  z ^= z >>> 13;
  z = Math.imul(z, 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
