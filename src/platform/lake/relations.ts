import { basename } from 'node:path';
import { createRemovedError } from './engine-failure.ts';
import type { LakeTable, StagedFile } from './lake.ts';
import { LastPaths } from './last-paths.ts';
import { RelationNames } from './named-files.ts';
import type { Places } from './places.ts';
import { type ScanOptions, scanRelation } from './scan.ts';

/**
 * Text of relations in statements, and the files that a statement reads by it. With one engine a relation is SQL of this engine, else a name that
 * each engine replaces.
 */
export class Relations {
  readonly names = new RelationNames();
  readonly #places: Places;
  readonly #isNamed: boolean;
  /** Files used in relations, by path, with their manifest entry. */
  readonly #scanned = new Map<string, StagedFile>();
  /** Paths of files that were removed last: a statement may still name one. */
  readonly #removed = new LastPaths();

  constructor(places: Places, { isNamed }: { readonly isNamed: boolean }) {
    this.#places = places;
    this.#isNamed = isNamed;
  }

  build(table: LakeTable, files: readonly StagedFile[], options: ScanOptions): string {
    return this.#isNamed ? this.names.name({ table, files, options }) : this.#scan(table, files, options);
  }

  /** A statement as the engine of this process reads it. Error: `lake_file_removed`. */
  write(sql: string): string {
    if (!this.#isNamed) return sql;
    return this.names.replace(sql, ({ table, files, options }) => this.#scan(table, files, options));
  }

  /** Error: `lake_file_removed`. */
  filesIn(sql: string): StagedFile[] {
    if (!this.#isNamed) return this.#places.findPaths(sql).flatMap((path) => this.#scanned.get(path) ?? []);
    const files = this.names.findAll(sql).flatMap((named) => named.files);
    return [...new Map(files.map((file) => [file.id, file])).values()];
  }

  /** The file has other facts from now on. */
  forget(file: Pick<StagedFile, 'place' | 'path'>): void {
    this.#scanned.delete(this.#places.pathOf(file));
    this.names.forget(basename(file.path, '.parquet'));
  }

  noteRemoved(file: Pick<StagedFile, 'place' | 'path'>): void {
    this.#removed.note(this.#places.pathOf(file));
  }

  hasRemoved(sql: string): boolean {
    return this.#removed.size > 0 && this.#places.findPaths(sql).some((path) => this.#removed.has(path));
  }

  /** Error: `lake_file_removed`. */
  assertNotRemoved(sql: string): void {
    if (this.hasRemoved(sql)) throw createRemovedError();
  }

  #scan(table: LakeTable, files: readonly StagedFile[], options: ScanOptions): string {
    const placed = files.map((file) => {
      const path = this.#places.pathOf(file);
      this.#scanned.set(path, file);
      return { path, others: file.others };
    });
    return scanRelation(table, placed, options);
  }
}
