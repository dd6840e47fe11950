import { z } from 'zod';

/** A value of a parameter, of the environment, of a matrix. */
export const Scalar = z.union([z.string().max(6000), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof Scalar>;

/** Name of a parameter of a pipeline. */
export const ParamName = z.string().regex(/^[A-Za-z_]\w{0,60}$/);
