// This import is forbidden on purpose: scripts/check-imports.ts fails when the rules do not report it.
import { secret } from '../../mlops/secrets/index.ts';

export const stolen = secret;
