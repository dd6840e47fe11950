import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';
import { ObjectsAddress } from '../objects/schema.ts';
import { UtcInstant } from '../units/schema.ts';

/** The data folder, as the target of a move. */
export const FOLDER = 'folder';

/** Place that a lake can be moved to. */
export const LakeTarget = z
  .string()
  .max(2000)
  .refine((text) => text === FOLDER || ObjectsAddress.safeParse(text).success, {
    error: '"folder" (the data folder), "s3://bucket/prefix?region=…" or "azure-blob://container/prefix?account=…"',
  })
  .describe('"folder" for the data folder, or the address of an empty bucket or prefix, as in the setting "lake"');

const Count = z.number().int().min(0);
const Place = z.string().describe('"folder", or the address of a bucket without its parameters');

const Progress = z
  .strictObject({
    filesDone: Count.describe('Files that are in the new place, verified'),
    files: Count.describe('Files of the lake'),
    bytesDone: Count.describe('Bytes of the files that are in the new place'),
    bytes: Count.describe('Bytes of the files of the lake'),
  })
  .describe('Copied so far');

export const LakeMove = z
  .strictObject({
    move: z
      .string()
      .regex(/^lm_[0-9a-f]{32}$/)
      .describe('Id of the move'),
    from: Place,
    to: Place,
    state: z
      .enum(['waiting', 'copying', 'switched', 'ended', 'failed', 'cancelled'])
      .describe(
        'switched: new files go to the new place, and the last files follow. failed: the lake is where it was; the same move again continues',
      ),
    startedAt: UtcInstant.describe('Time of the request'),
    endedAt: UtcInstant.nullable().describe('End of the move; null: not ended'),
    progress: Progress,
    problem: z
      .strictObject({
        code: z.string().describe('Error code'),
        detail: z.string().describe('Reason'),
      })
      .nullable()
      .describe('Reason for the failure, or for the retry of a move that has not ended; null: none'),
  })
  .describe('A move of the lake to another place');
export type LakeMove = z.infer<typeof LakeMove>;

export const LakeStatus = z
  .strictObject({
    place: Place,
    setting: z
      .string()
      .nullable()
      .describe('Value for the setting "lake" with its parameters, for administrators; null: none, or not permitted'),
    files: Count.describe('Files of the lake, with those of earlier states'),
    bytes: Count.describe('Bytes of these files'),
    move: LakeMove.nullable().describe('The last move; null: none'),
    leaving: z.array(Place).describe('Places of before a move, or of a cancelled one, whose files are being removed'),
  })
  .describe('Place of the lake');
export type LakeStatus = z.infer<typeof LakeStatus>;

export const getLakeStatus = endpoint({
  method: 'GET',
  path: '/api/v1/lake',
  scope: 'platform.read',
  summary: 'Get the place of the lake and the progress of its move',
  response: LakeStatus,
  errors: [],
});

export const startLakeMove = endpoint({
  method: 'POST',
  path: '/api/v1/lake/moves',
  scope: 'platform.write',
  summary: 'Move the lake to a bucket or to the data folder while the server runs; for administrators',
  body: z.strictObject({ to: LakeTarget }),
  response: LakeMove,
  errors: [
    'not_permitted',
    'lake_target_is_present',
    'lake_target_not_empty',
    'lake_of_another_installation',
    'lake_move_running',
    'bucket_not_found',
    'bucket_access_denied',
    'bucket_unreachable',
  ],
});

export const cancelLakeMove = endpoint({
  method: 'POST',
  path: '/api/v1/lake/moves/cancel',
  scope: 'platform.write',
  summary: 'Cancel the move of the lake and remove its copies; for administrators',
  response: LakeMove,
  errors: ['not_permitted', 'lake_move_not_found', 'lake_move_over'],
});
