import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
  DuckDBVariantValue,
} from "@duckdb/node-api"
import { isoDateFromDays, isoTimeFromMicros, isoTimeFromNanos } from "./iso-time.ts"

/** What a value of the store is in JavaScript. Decimals are strings, and BIGINT and wider integers are bigint. */
export type JsValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ReadonlyArray<JsValue>
  | { readonly [key: string]: JsValue }

/**
 * Reads one value without losing anything: DECIMAL as its exact plain decimal string, times as ISO 8601 in UTC (a
 * TIMESTAMP without zone is taken as UTC), DATE as yyyy-mm-dd, LIST and ARRAY as arrays, STRUCT as an object, MAP as
 * [key, value] pairs, BLOB as bytes, and what has no counterpart (UUID, INTERVAL, TIME, BIT) as DuckDB's own text.
 */
export const readValue = (value: DuckDBValue): JsValue => {
  if (value === null || typeof value !== "object") return value
  if (value instanceof DuckDBDecimalValue) return value.toString()
  if (value instanceof DuckDBTimestampTZValue) return isoTimeFromMicros(value.micros)
  if (value instanceof DuckDBTimestampValue) return isoTimeFromMicros(value.micros)
  if (value instanceof DuckDBDateValue) return value.isFinite ? isoDateFromDays(value.days) : infinity(value.days > 0)
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(readValue)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, entry]) => [key, readValue(entry)]))
  }
  if (value instanceof DuckDBMapValue) return value.entries.map(({ key, value }) => [readValue(key), readValue(value)])
  // A copy, because the bytes may lie in a chunk that DuckDB frees.
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes)
  if (value instanceof DuckDBTimestampSecondsValue) return isoTimeFromMicros(value.seconds * 1_000_000n)
  if (value instanceof DuckDBTimestampMillisecondsValue) return isoTimeFromMicros(value.millis * 1000n)
  if (value instanceof DuckDBTimestampNanosecondsValue) return isoTimeFromNanos(value.nanos)
  if (value instanceof DuckDBUnionValue || value instanceof DuckDBVariantValue) return readValue(value.value)
  return value.toString()
}

const infinity = (positive: boolean): string => (positive ? "infinity" : "-infinity")
