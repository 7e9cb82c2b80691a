import { type Kysely, type Migration, Migrator } from "kysely"
import { firstLight } from "./0001-first-light.ts"

/** In the order of their names; a migration that has been released is never edited. */
const migrations: Readonly<Record<string, Migration>> = {
  "0001-first-light": firstLight,
}

/** Brings the fixed tables up to date; throws what stopped it, and leaves nothing half done. */
export const migrate = async <DB>(db: Kysely<DB>): Promise<void> => {
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  }).migrateToLatest()
  if (error !== undefined) throw error
}
