import type { streams } from "../../api/streams.ts"

/** The column of a list's record id, for lists whose id is one field: all but balances. */
export const idColumnOf = (stream: (typeof streams)[number]): string =>
  stream.fields.find((field) => field.field === stream.id[0])?.column ?? "record_id"
