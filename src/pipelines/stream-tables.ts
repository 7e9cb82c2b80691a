import type { Contract, ContractStream } from "../api/contract.ts"
import type { Field } from "../api/field.ts"
import type { TypedColumn, TypedTable } from "../store/typed-table.ts"
import { columnComment } from "./column-words.ts"

const columnType = { text: "text", direction: "text", personal: "text", money: "money", time: "time" } as const

const columnOf =
  (schema: string, stream: string) =>
  (field: Field): TypedColumn => ({
    column: field.column,
    field: field.field,
    type: columnType[field.type],
    required: field.required,
    ...(field.keepsPlaces === true ? { placesIn: `${field.column}_places` } : {}),
    comment: columnComment(schema, stream, field),
  })

const tableOf = (stream: ContractStream): TypedTable => {
  const column = columnOf(stream.schema, stream.stream)
  return {
    name: stream.stream,
    comment: `${stream.schema}: one row for each record of the API's list ${stream.path}.`,
    columns: stream.fields.map(column),
    key: stream.idFields.map(column),
    // A balance is a reading at an instant: the roll-forward needs each of them.
    snapshots: stream.stream === "balances" ? "balance_snapshots" : null,
  }
}

/** The contract's streams as the store's tables: the one place where the two meet. */
export const streamTables = (contract: Contract): ReadonlyArray<TypedTable> => contract.streams.map(tableOf)
