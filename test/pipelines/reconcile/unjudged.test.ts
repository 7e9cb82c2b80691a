import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import {
  conversion,
  judge,
  type Ledger,
  type LedgerRow,
  ledgerStore,
  night,
  product,
  quoteFor,
  row,
} from "../../support/ledger-case.ts"

type Values = Readonly<Record<string, string | null>>
type Night = Omit<Ledger, "night">

const undone = (id: string, values: Values = {}): LedgerRow =>
  conversion(id, { status: "REVERSED", quote_id: "q-9", ...values })
const quote = quoteFor(undone("x"))
const original = product("crypto_deposits", "d-9", { status: "REFUNDED" })
const refund = (id: string, values: Values = {}): LedgerRow =>
  product("crypto_refunds", id, { status: "REVERSED", original_deposit_id: "d-9", ...values })
/** One that counts: an undone refund sent nothing back. */
const sent = (id: string): LedgerRow => refund(id, { status: "COMPLETED" })
const checkout = (paid: string): LedgerRow =>
  row("checkouts", {
    checkout_id: "k-1",
    customer_id: "c-1",
    currency: "EUR",
    amount: "9",
    paid_amount: paid,
    status: "OPEN",
  })
const payment = product("collection_payments", "p", { status: "REVERSED", checkout_id: "k-1" })
const hidden = (
  stream: "checkouts" | "conversion_quotes" | "crypto_deposits" | "collection_payments",
  payload: unknown = {},
) => [{ customer: "c-1", stream, recordId: null, payload }]

/** A break, a night on which it cannot be judged any more, and one that proves it mended. */
const cases: Readonly<Record<string, readonly [broken: Night, doubtful: Night, mended: Night]>> = {
  CONV_RATE: [
    { rows: [quote, undone("x", { to_currency: "XAU", to_amount: "111.1" })] },
    { rows: [quote, undone("x", { to_currency: "XAU", to_amount: "110.5" })] },
    { rows: [quote, undone("x", { to_currency: "XAU" })] },
  ],
  CONV_QUOTE_MISSING: [
    { rows: [undone("x")] },
    { rows: [undone("x")], quarantine: hidden("conversion_quotes") },
    { rows: [undone("x"), quote] },
  ],
  CONV_QUOTE_REUSED: [
    { rows: [quote, undone("x"), undone("y")] },
    { rows: [quote, undone("x", { status: "?" }), undone("y")] },
    { rows: [quote, undone("x", { status: "FAILED" }), undone("y")] },
  ],
  REFUND_ORPHAN: [
    { rows: [refund("r")] },
    { rows: [refund("r")], quarantine: hidden("crypto_deposits") },
    { rows: [refund("r"), original] },
  ],
  REFUND_EXCESS: [
    { rows: [original, sent("r"), sent("s")] },
    { rows: [original, sent("r"), refund("s", { status: "?" })] },
    { rows: [original, sent("r"), refund("s", { status: "FAILED" })] },
  ],
  COLL_CHECKOUT_MISSING: [
    { rows: [payment] },
    { rows: [payment], quarantine: hidden("checkouts") },
    { rows: [payment, checkout("0")] },
  ],
  COLL_CHECKOUT_TOTAL: [
    { rows: [checkout("1")] },
    { rows: [checkout("1")], quarantine: hidden("collection_payments") },
    { rows: [checkout("0")] },
  ],
}

layer(ledgerStore)("an exception whose case cannot be judged any more", (it) => {
  for (const [code, [broken, doubtful, mended]] of Object.entries(cases)) {
    it.effect(`stays open, and is resolved by the night that proves it mended (${code})`, () =>
      Effect.gen(function* () {
        const database = yield* Database
        const states = Effect.map(
          database.rows<{ state: string }>("SELECT state FROM recon.exceptions WHERE code = $1", [code]),
          (rows) => rows.map(({ state }) => state),
        )
        yield* judge(broken)
        expect(yield* states).toEqual(["open"])
        yield* night({ ...doubtful, night: 1 })
        expect(yield* states).toEqual(["open"])
        yield* night({ ...mended, night: 2 })
        expect(yield* states).toEqual(["resolved"])
      }),
    )
  }
})
