import { CompiledQuery, type Kysely, type Migration, Migrator } from "kysely"
import { firstLight } from "./0001-first-light.ts"
import { storm } from "./0002-storm.ts"
import { exceptionsLive } from "./0004-exceptions-live.ts"
import { ledgerTables } from "./0005-ledger.ts"
import { determinism } from "./0006-determinism.ts"
import { nights } from "./0007-nights.ts"
import { books } from "./0008-books.ts"
import { evidence } from "./0009-evidence.ts"
import { records } from "./0010-records.ts"
import { closings } from "./0011-closings.ts"
import { verdicts } from "./0013-verdicts.ts"
import { patience } from "./0014-patience.ts"
import { seals } from "./0017-seals.ts"
import { clock } from "./0018-clock.ts"
import { apiOfTheStore } from "./0019-api-of-the-store.ts"
import { statements } from "./0020-statements.ts"
import { bodies } from "./0021-bodies.ts"
import { wordsOfQueries } from "./0022-words.ts"
import { longTexts } from "./0023-long-texts.ts"
import { grace } from "./0024-grace.ts"
import { stakeOfEvents } from "./0025-stake-of-events.ts"
import { entries } from "./0026-entries.ts"
import { categoriesInWords } from "./0027-categories.ts"

/** In the order of their names; a migration that has been released is never edited. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-first-light": firstLight,
  "0002-storm": storm,
  "0004-exceptions-live": exceptionsLive,
  "0005-ledger": ledgerTables,
  "0006-determinism": determinism,
  "0007-nights": nights,
  "0008-books": books,
  "0009-evidence": evidence,
  "0010-records": records,
  "0011-closings": closings,
  "0013-verdicts": verdicts,
  "0014-patience": patience,
  "0017-seals": seals,
  "0018-clock": clock,
  "0019-api-of-the-store": apiOfTheStore,
  "0020-statements": statements,
  "0021-bodies": bodies,
  "0022-words": wordsOfQueries,
  "0023-long-texts": longTexts,
  "0024-grace": grace,
  "0025-stake-of-events": stakeOfEvents,
  "0026-entries": entries,
  "0027-categories": categoriesInWords,
}

/** The migrations that this program knows, in order. */
export const migrationNames: ReadonlyArray<string> = Object.keys(migrations)

/** Kysely's own tables, so that the dictionary explains them too. */
const bookkeeping = [
  "COMMENT ON TABLE recon.kysely_migration IS 'Which migrations of the fixed tables have run.'",
  "COMMENT ON COLUMN recon.kysely_migration.name IS 'The migration.'",
  "COMMENT ON COLUMN recon.kysely_migration.timestamp IS 'When it ran.'",
  "COMMENT ON TABLE recon.kysely_migration_lock IS 'Kysely''s own lock while migrations run.'",
  "COMMENT ON COLUMN recon.kysely_migration_lock.id IS 'The lock.'",
  "COMMENT ON COLUMN recon.kysely_migration_lock.is_locked IS '1 while migrations run.'",
]

/**
 * Brings the fixed tables up to date, one migration after the other, each in a transaction of its own: DuckDB refuses to
 * commit a table that one transaction has both changed and altered. Throws what stopped it; what a migration began and did
 * not end is undone, and the next opening goes on from there.
 */
export const migrate = async <DB>(db: Kysely<DB>): Promise<void> => {
  const migrator = new Migrator({
    db,
    migrationTableSchema: "recon",
    // Kysely takes the order in which they ran from the clock, which may have been set back between two of them.
    allowUnorderedMigrations: true,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  })
  let ran = 0
  for (;;) {
    const { error, results = [] } = await migrator.migrateUp()
    if (error !== undefined) throw error
    if (results.length === 0) break
    ran += results.length
  }
  if (ran === 0) return
  for (const statement of bookkeeping) await db.executeQuery(CompiledQuery.raw(statement))
}
