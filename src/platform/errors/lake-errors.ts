import { BUG, CONFLICT, DAMAGED, type ErrorMeaning, NO_SPACE, NOT_FOUND, REFUSED, UNREACHABLE } from './exit-codes.ts';

/** Failures of the lake and of its moves. */
export const lakeErrors = {
  // the lake
  lake_memory_exhausted: {
    status: 507,
    exitCode: NO_SPACE,
    title: 'The query engine reached its memory limit',
  },
  lake_file_removed: { status: 409, exitCode: CONFLICT, title: 'Rows were deleted or replaced while they were read' },
  lake_file_damaged: {
    status: 503,
    exitCode: DAMAGED,
    title: 'A file of the data folder is missing or damaged; queries that need it fail',
  },
  lake_cache_in_use: {
    status: 409,
    exitCode: CONFLICT,
    title: 'Another Steelyard server keeps its copies of lake files in this folder',
  },
  lake_elsewhere: {
    status: 500,
    exitCode: REFUSED,
    title: 'The bucket does not have the lake of this installation',
  },
  lake_of_another_installation: {
    status: 500,
    exitCode: REFUSED,
    title: 'The bucket has the lake of another installation',
  },
  lake_target_not_empty: { status: 409, exitCode: CONFLICT, title: 'The bucket or prefix for the lake is not empty' },
  lake_target_is_present: { status: 409, exitCode: CONFLICT, title: 'The lake is in this place already' },
  lake_engine_reads_place: { status: 409, exitCode: CONFLICT, title: 'Trino reads the lake in its present place' },
  lake_move_running: { status: 409, exitCode: CONFLICT, title: 'Another move of the lake is not complete' },
  lake_move_failed: { status: 503, exitCode: UNREACHABLE, title: 'The lake was not moved and stays where it is' },
  lake_move_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such move of the lake' },
  lake_move_over: {
    status: 409,
    exitCode: CONFLICT,
    title: 'The lake is in its new place; a move cannot be cancelled then',
  },
  lake_sql_untranslatable: { status: 500, exitCode: BUG, title: 'A statement cannot be translated for Trino' },
  lake_moved: { status: 503, exitCode: CONFLICT, title: 'The lake was moved during a change; repeat the change' },
  lake_copy_damaged: {
    status: 503,
    exitCode: DAMAGED,
    title: 'A copy of a lake file on this server was damaged and is loaded again',
  },
  iceberg_column_changed: {
    status: 500,
    exitCode: REFUSED,
    title: 'A published column cannot have another type',
  },
  catalog_changed: {
    status: 409,
    exitCode: CONFLICT,
    title: 'Another program changed a published table in the Iceberg catalog',
  },
} as const satisfies Record<string, ErrorMeaning>;
