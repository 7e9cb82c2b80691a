import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { nameOfToday } from "../configuration/former-names.ts"
import { chosenExceptions, type ExceptionFilter } from "./filter.ts"
import type { ExceptionState } from "./state.ts"

/** A filter names what does not exist, so it is more likely misspelt than without a match. */
export class UnknownFilterValue extends Data.TaggedError("UnknownFilterValue")<{
  readonly option: "--code" | "--customer"
  readonly value: string
}> {
  readonly exitCode = 2
  override get message(): string {
    const today = nameOfToday(this.value)
    if (this.option === "--code") {
      return `--code ${this.value}: there is no such check; ${today === null ? "" : `it is called ${today} now; `}tidemark checks lists them`
    }
    return `--customer ${this.value}: there is no such customer, neither by id nor by partner reference`
  }
}

/** Refuses a check or a customer that neither the program nor the store knows. */
export const refuseUnknownValues = (
  sql: Sql,
  filter: ExceptionFilter,
  checkCodes: ReadonlyArray<string>,
): Effect.Effect<void, StoreError | UnknownFilterValue> =>
  Effect.gen(function* () {
    const unknown = (values: ReadonlyArray<string>, known: string, others: ReadonlyArray<string>) =>
      sql
        .rows<{ value: string }>(
          `SELECT value FROM (SELECT unnest($1) AS value) WHERE value NOT IN (${known} UNION ALL SELECT unnest($2)) LIMIT 1`,
          [values, others],
        )
        .pipe(Effect.map(([row]) => row?.value))
    const code = yield* unknown(
      filter.codes,
      "SELECT code FROM recon.exceptions UNION ALL SELECT code FROM recon.check_settings",
      checkCodes,
    )
    if (code !== undefined) return yield* new UnknownFilterValue({ option: "--code", value: code })
    const customers = `
      SELECT customer_id FROM main.customers UNION ALL SELECT partner_customer_ref FROM main.customers
      UNION ALL SELECT customer_id FROM recon.exceptions WHERE customer_id IS NOT NULL`
    const customer = yield* unknown(filter.customers, customers, [])
    if (customer !== undefined) return yield* new UnknownFilterValue({ option: "--customer", value: customer })
  })

/** An amount says nothing without its currency. */
export class VagueAmount extends Data.TaggedError("VagueAmount")<{
  readonly amount: string
  readonly currencies: ReadonlyArray<string>
}> {
  readonly exitCode = 2
  override get message(): string {
    const among = `they are in ${this.currencies.slice(0, -1).join(", ")} and ${this.currencies.at(-1)}`
    return `--max-amount ${this.amount}: of which currency? ${among}; name one with --currency`
  }
}

/** Refuses a limit of money where what else is chosen is of several currencies. */
export const refuseVagueAmount = (
  sql: Sql,
  filter: ExceptionFilter,
  states: ReadonlyArray<ExceptionState>,
): Effect.Effect<void, StoreError | VagueAmount> =>
  Effect.gen(function* () {
    if (filter.maxAmount == null || filter.currencies.length === 1) return
    const rows = yield* sql.query(
      chosenExceptions(sql, { ...filter, maxAmount: null }, states)
        .select("currency")
        .distinct()
        .where("currency", "is not", null)
        .orderBy("currency"),
    )
    const currencies = rows.flatMap(({ currency }) => currency ?? [])
    if (currencies.length > 1) return yield* new VagueAmount({ amount: filter.maxAmount, currencies })
  })
