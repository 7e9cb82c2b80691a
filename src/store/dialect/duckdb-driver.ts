import type { DuckDBConnection } from "@duckdb/node-api"
import type { Driver, TransactionSettings } from "kysely"
import { DuckDbConnection } from "./duckdb-connection.ts"
import { Mutex } from "./mutex.ts"

export interface DuckDbDriverConfig {
  /** Opens the connection at the first use. The driver closes it when Kysely is destroyed; the instance stays open. */
  readonly connect: () => Promise<DuckDBConnection>
}

/**
 * One connection for everything: whoever holds it (a query, a transaction) makes the others wait, so that
 * transactions never interleave.
 */
export class DuckDbDriver implements Driver {
  readonly #config: DuckDbDriverConfig
  readonly #mutex = new Mutex()
  #connection: DuckDbConnection | undefined
  #release: (() => void) | undefined

  constructor(config: DuckDbDriverConfig) {
    this.#config = config
  }

  async init(): Promise<void> {
    this.#connection = new DuckDbConnection(await this.#config.connect())
  }

  async acquireConnection(): Promise<DuckDbConnection> {
    const connection = this.#connection
    if (connection === undefined) throw new Error("The DuckDB driver is not open")
    const release = await this.#mutex.lock()
    this.#release = release
    return connection
  }

  async beginTransaction(connection: DuckDbConnection, settings: TransactionSettings): Promise<void> {
    const { accessMode, isolationLevel } = settings
    if (isolationLevel !== undefined && isolationLevel !== "snapshot") {
      throw new Error(`DuckDB isolates transactions by snapshot only, not by ${isolationLevel}`)
    }
    await connection.native.run(accessMode === "read only" ? "BEGIN TRANSACTION READ ONLY" : "BEGIN TRANSACTION")
  }

  async commitTransaction(connection: DuckDbConnection): Promise<void> {
    // COMMIT of a transaction that an error has aborted succeeds and loses everything. A probe fails in its place.
    await connection.native.run("SELECT 1; COMMIT")
  }

  async rollbackTransaction(connection: DuckDbConnection): Promise<void> {
    try {
      await connection.native.run("ROLLBACK")
    } catch (error) {
      // A COMMIT that fails (a conflict) ends the transaction itself. Kysely rolls back all the same, and an error here
      // would hide the one that matters.
      if (!(error instanceof Error && error.message.includes("no transaction is active"))) throw error
    }
  }

  async savepoint(): Promise<void> {
    throw new Error("DuckDB has no savepoints: use one transaction for what must happen together")
  }

  async rollbackToSavepoint(): Promise<void> {
    return this.savepoint()
  }

  async releaseSavepoint(): Promise<void> {
    return this.savepoint()
  }

  async releaseConnection(): Promise<void> {
    const release = this.#release
    this.#release = undefined
    release?.()
  }

  async destroy(): Promise<void> {
    this.#connection?.native.closeSync()
    this.#connection = undefined
  }
}
