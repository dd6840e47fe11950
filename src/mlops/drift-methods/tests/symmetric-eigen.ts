const MOST_SWEEPS = 60;

/** Eigenvalues and eigenvectors (columns) of a small symmetric matrix, row by row, by Jacobi's rotations. */
export function symmetricEigen(matrix: Float64Array, size: number): { values: number[]; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  const entry = (row: number, column: number) => a[row * size + column] ?? 0;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    let off = 0;
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        off += entry(p, q) ** 2;
        if (entry(p, q) === 0) continue;
        const theta = (entry(q, q) - entry(p, p)) / (2 * entry(p, q));
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(t, 1);
        rotate(a, vectors, size, { p, q, cosine, sine: t * cosine });
      }
    }
    if (off === 0) break;
  }
  return { values: Array.from({ length: size }, (_, at) => entry(at, at)), vectors };
}

interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly cosine: number;
  readonly sine: number;
}

function rotate(a: Float64Array, vectors: Float64Array, size: number, { p, q, cosine, sine }: Rotation): void {
  const turn = (values: Float64Array, first: number, second: number) => {
    const [x, y] = [values[first] ?? 0, values[second] ?? 0];
    values[first] = cosine * x - sine * y;
    values[second] = sine * x + cosine * y;
  };
  for (let at = 0; at < size; at += 1) turn(a, at * size + p, at * size + q);
  for (let at = 0; at < size; at += 1) turn(a, p * size + at, q * size + at);
  for (let at = 0; at < size; at += 1) turn(vectors, at * size + p, at * size + q);
  a[p * size + q] = 0;
  a[q * size + p] = 0;
}
