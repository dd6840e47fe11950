/** One block of latent factors: the score of (user, item) is the dot product of their rows. */
export interface FactorBlock {
  readonly factorCount: number;
  /** Row-major [userCount, factorCount]. */
  readonly userFactors: Float32Array;
  /** Row-major [itemCount, factorCount]. */
  readonly itemFactors: Float32Array;
}

/** A trained recommender: the score of an item for a user is the sum over blocks of the blocks' dot products. */
export interface RecommenderModel {
  /** Registered name of the variant, such as `mf-64`. */
  readonly name: string;
  readonly userCount: number;
  readonly itemCount: number;
  /** One block for matrix factorisation and popularity, several for an ensemble. */
  readonly blocks: readonly FactorBlock[];
}

/** Factors over all blocks: the multiplications one (user, item) score takes. */
export function totalFactors(model: RecommenderModel): number {
  return model.blocks.reduce((sum, block) => sum + block.factorCount, 0);
}
