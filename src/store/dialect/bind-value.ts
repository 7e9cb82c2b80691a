import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBUUIDValue,
  type DuckDBValue,
  HUGEINT,
  INTEGER,
  LIST,
  listValue,
  SQLNULL,
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api"

/** A number that is meant to be a DOUBLE (a rate of progress, a duration): never money. */
export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A parameter as DuckDB takes it. The type is absent where the value itself carries it. */
export interface BoundValue {
  readonly value: DuckDBValue
  readonly type: DuckDBType | undefined
}

const INT32_LIMIT = 2 ** 31
const HUGEINT_LIMIT = 2n ** 127n

/**
 * Turns a parameter into what DuckDB binds. Strings bind as VARCHAR and are cast exactly by the statement, so that is
 * how money travels; a fraction in a JavaScript number has already lost its exact value and is refused with a TypeError.
 */
export const bindValue = (parameter: unknown): BoundValue => {
  if (parameter === null) return { value: null, type: SQLNULL }
  switch (typeof parameter) {
    case "string":
      return { value: parameter, type: VARCHAR }
    case "boolean":
      return { value: parameter, type: BOOLEAN }
    case "bigint":
      return { value: inHugeInt(parameter), type: HUGEINT }
    case "number":
      return bindInteger(parameter)
    case "object":
      return bindObject(parameter)
    default:
      throw new TypeError(`A parameter of type ${typeof parameter} cannot be bound (bind null for no value)`)
  }
}

/** Binds a whole list, in the form that the connection's methods take. */
export const bindAll = (
  parameters: ReadonlyArray<unknown>,
): { readonly values: Array<DuckDBValue>; readonly types: Array<DuckDBType> } => {
  const bound = parameters.map(bindValue)
  return {
    values: bound.map(({ value }) => value),
    // The declared type says DuckDBType[], but a hole means "take the value's own type", which is what is wanted here.
    types: bound.map(({ type }) => type) as Array<DuckDBType>,
  }
}

const bindInteger = (value: number): BoundValue => {
  if (!Number.isSafeInteger(value)) {
    throw new TypeError(
      `The number ${value} cannot be bound exactly: bind money as a decimal string, large integers as bigint, ` +
        "and a value that is meant to be a DOUBLE as new Double(value)",
    )
  }
  return value >= -INT32_LIMIT && value < INT32_LIMIT
    ? { value, type: INTEGER }
    : { value: BigInt(value), type: BIGINT }
}

// The native binding wraps a larger bigint round without a word.
const inHugeInt = (value: bigint): bigint => {
  if (value >= HUGEINT_LIMIT || value < -HUGEINT_LIMIT) {
    throw new TypeError(`The integer ${value} does not fit HUGEINT: bind it as a string`)
  }
  return value
}

const bindObject = (value: object): BoundValue => {
  if (value instanceof Double) return { value: value.value, type: DOUBLE }
  if (value instanceof Date) return bindDate(value)
  if (value instanceof Uint8Array) return { value: new DuckDBBlobValue(value), type: BLOB }
  if (isDuckDbScalar(value)) return { value, type: undefined }
  if (Array.isArray(value) && value.every((item) => item === null || typeof item === "string")) {
    return { value: listValue(value), type: LIST(VARCHAR) }
  }
  const json = JSON.stringify(value)
  if (json === undefined) throw new TypeError("A parameter that JSON cannot express cannot be bound")
  return { value: json, type: VARCHAR }
}

const bindDate = (value: Date): BoundValue => {
  const milliseconds = value.getTime()
  if (Number.isNaN(milliseconds)) throw new TypeError("An invalid Date cannot be bound")
  return { value: new DuckDBTimestampTZValue(BigInt(milliseconds) * 1000n), type: TIMESTAMPTZ }
}

const isDuckDbScalar = (
  value: object,
): value is
  | DuckDBDecimalValue
  | DuckDBTimestampTZValue
  | DuckDBTimestampValue
  | DuckDBDateValue
  | DuckDBBlobValue
  | DuckDBUUIDValue =>
  value instanceof DuckDBDecimalValue ||
  value instanceof DuckDBTimestampTZValue ||
  value instanceof DuckDBTimestampValue ||
  value instanceof DuckDBDateValue ||
  value instanceof DuckDBBlobValue ||
  value instanceof DuckDBUUIDValue
