import { version } from "@duckdb/node-api"

/** Of the DuckDB that this program carries, such as `v1.5.6`. Throws where its native library cannot be loaded. */
export const duckDbVersion = (): string => version()
