import { DialectAdapterBase } from "kysely"

/** What Kysely has to know of DuckDB beyond SQL. */
export class DuckDbAdapter extends DialectAdapterBase {
  override get supportsCreateIfNotExists(): boolean {
    return true
  }

  override get supportsTransactionalDdl(): boolean {
    return true
  }

  override get supportsReturning(): boolean {
    return true
  }

  // Empty: DuckDB's lock on the file admits one writing process, and within it the driver's mutex admits one holder.
  override async acquireMigrationLock(): Promise<void> {}

  // Empty: see acquireMigrationLock.
  override async releaseMigrationLock(): Promise<void> {}
}
