import type { Effect } from "effect"
import type { Contract } from "../api/contract.ts"
import type { Database } from "../store/database.ts"
import type { StoreError } from "../store/store-error.ts"
import { ensureTypedTables } from "../store/typed-table.ts"
import { streamTables } from "./stream-tables.ts"

/** Makes what the contract in force needs and the store does not have yet. */
export const ensureStore = (database: Database["Type"], contract: Contract): Effect.Effect<void, StoreError> =>
  ensureTypedTables(database, streamTables(contract))
