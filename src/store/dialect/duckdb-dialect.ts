import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresQueryCompiler,
  type QueryCompiler,
} from "kysely"
import { DuckDbAdapter } from "./duckdb-adapter.ts"
import { DuckDbDriver, type DuckDbDriverConfig } from "./duckdb-driver.ts"
import { DuckDbIntrospector } from "./duckdb-introspector.ts"

/**
 * Kysely on DuckDB, with exact values both ways (see bind-value and read-value) and transactional migrations. DuckDB speaks PostgreSQL's SQL, so Kysely's own compiler for it is used.
 */
export class DuckDbDialect implements Dialect {
  readonly #config: DuckDbDriverConfig

  constructor(config: DuckDbDriverConfig) {
    this.#config = config
  }

  createDriver(): Driver {
    return new DuckDbDriver(this.#config)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new DuckDbAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new DuckDbIntrospector(db)
  }
}
