import type { Field } from "./field.ts"
import type { StatusClass, StatusTable } from "./status.ts"
import { type Product, type StreamName, streams } from "./streams.ts"

/**
 * The contract in force: the table of streams with a user's differences laid over it. Everything that reads a page or
 * builds a table asks this value, so a corrected statement is corrected everywhere.
 */
export interface Contract {
  readonly page: PageShape
  readonly streams: ReadonlyArray<ContractStream>
}

/** Where a list's parts sit, as dotted paths, and what its query parameters are called. Source: docs/partner-api.md, "Lists". */
export interface PageShape {
  readonly items: string
  readonly nextCursor: string
  readonly hasMore: string
  readonly limitParameter: string
  readonly cursorParameter: string
}

export interface ContractStream {
  readonly stream: StreamName
  readonly path: string
  readonly schema: string
  readonly product: Product
  readonly fields: ReadonlyArray<Field>
  /** The fields whose values together identify a record, in order. */
  readonly idFields: ReadonlyArray<Field>
  /** The JSON field that names the owner. */
  readonly customerField: string
  readonly statuses: StatusTable | null
  /** Currencies that the configuration names, beside those of three letters and the contract's own. */
  readonly currencies: ReadonlyArray<string>
}

/** What a user may say differently, by stream and by the contract's own names. */
export interface ContractOverrides {
  readonly page?: { readonly [K in keyof PageShape]?: string | undefined } | undefined
  readonly streams?: { readonly [stream: string]: StreamOverride } | undefined
}

export interface StreamOverride {
  readonly path?: string | undefined
  /** Column → the JSON field that feeds it. */
  readonly fields?: { readonly [column: string]: string } | undefined
  /** Status → class; a status of the contract may be reclassified, a new one added. */
  readonly statuses?: { readonly [status: string]: StatusClass } | undefined
}

export const assumedPage: PageShape = {
  items: "data",
  nextCursor: "pageInfo.nextCursor",
  hasMore: "pageInfo.hasMore",
  limitParameter: "limit",
  cursorParameter: "cursor",
}

const resolveStream = (
  row: (typeof streams)[number],
  override: StreamOverride,
  currencies: ReadonlyArray<string>,
): ContractStream => {
  const fields = row.fields.map((field: Field) => ({ ...field, field: override.fields?.[field.column] ?? field.field }))
  const byOriginalName = (name: string): Field => {
    const index = row.fields.findIndex((field) => field.field === name)
    const field = fields[index]
    if (field === undefined)
      throw new Error(`the table of streams identifies ${row.stream} by ${name}, which it does not list`)
    return field
  }
  return {
    stream: row.stream,
    path: override.path ?? row.path,
    schema: row.schema,
    product: row.product,
    fields,
    idFields: row.id.map(byOriginalName),
    customerField: byOriginalName("customerId").field,
    statuses:
      row.statuses === null && override.statuses === undefined ? null : { ...row.statuses, ...override.statuses },
    currencies,
  }
}

/**
 * Lays a user's differences over the table of streams, and adds the currencies that the user's configuration names. Names
 * are checked where the configuration is read.
 */
export const resolveContract = (
  overrides: ContractOverrides = {},
  currencies: ReadonlyArray<string> = [],
): Contract => {
  const page = Object.fromEntries(Object.entries(overrides.page ?? {}).filter(([, value]) => value !== undefined))
  return {
    page: { ...assumedPage, ...page },
    streams: streams.map((row) => resolveStream(row, overrides.streams?.[row.stream] ?? {}, currencies)),
  }
}
