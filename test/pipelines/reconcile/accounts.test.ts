import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type HistoryNight, nights } from "../../support/history-case.ts"
import {
  deposit,
  hoursBefore,
  type LedgerRow,
  ledgerStore,
  postingOf,
  product,
  row,
  withdrawal,
} from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const unknown = (record: string) => ({ code: "REF_UNKNOWN", record, severity: "high" })
const foreign = (record: string) => ({ code: "REF_FOREIGN", record, severity: "critical" })
const unreadable = (record: string) => ({ code: "REC_INVALID", record, severity: "high" })
const incomplete = (record: string) => ({ code: "COV_INCOMPLETE", record, severity: "critical" })

const posted = (...records: ReadonlyArray<LedgerRow>) => records.flatMap((record) => [record, postingOf(record)])

const bank = (id: string, values: Readonly<Record<string, string | null>> = {}) =>
  row("bank_accounts", { bank_account_id: id, customer_id: "c-1", currency: "EUR", status: "ACTIVE", ...values })

const many = (count: number, absent: number): ReadonlyArray<LedgerRow> =>
  posted(
    ...Array.from({ length: count }, (_, nth) =>
      withdrawal(`w-${nth}`, { reference: `no ${nth}`, bank_account_id: nth < absent ? `nowhere ${nth}` : "b-1" }),
    ),
  )

describeCases("REF_UNKNOWN", [
  {
    it: "finds records that name an account, wallet or beneficiary which nobody has",
    ledger: {
      rows: posted(
        deposit("a", { fiat_account_id: "nowhere" }),
        withdrawal("b", { bank_account_id: "nowhere" }),
        product("crypto_deposits", "c", { wallet_id: "nowhere" }),
        product("crypto_withdrawals", "d", { beneficiary_id: "nowhere" }),
        product("collection_payments", "e", { collection_wallet_id: "nowhere" }),
      ),
    },
    found: ["a", "b", "c", "d", "e"].map(unknown),
  },
  {
    it: "is silent where the record is void or names none, and for an hour after it was created",
    ledger: {
      rows: [
        withdrawal("void", { bank_account_id: "nowhere", status: "FAILED" }),
        ...posted(product("collection_payments", "none")),
        withdrawal("new", { bank_account_id: "nowhere", status: "PENDING", created_at: hoursBefore(0.9) }),
      ],
    },
  },
  {
    it: "leaves records aside that were older than 90 days on the first night",
    ledger: {
      rows: posted(
        deposit("older", { fiat_account_id: "nowhere", created_at: hoursBefore(90 * 24 + 1) }),
        deposit("younger", { fiat_account_id: "nowhere", created_at: hoursBefore(90 * 24 - 1) }),
      ),
    },
    found: [unknown("younger")],
  },
  {
    it: "is not judged where the accounts were not read, or one that cannot be read is the one",
    ledger: {
      rows: posted(
        withdrawal("a", { bank_account_id: "nowhere" }),
        deposit("b", { fiat_account_id: "nowhere" }),
        deposit("c", { fiat_account_id: "nowhere else" }),
      ),
      coverage: { "c-1/bank_accounts": "PARTIAL" },
      quarantine: [{ customer: "c-1", stream: "fiat_accounts", recordId: "nowhere", payload: {} }],
    },
    found: [incomplete("c-1/bank_accounts"), unreadable("nowhere"), unknown("c")],
    unproven: { REF_UNKNOWN: 2 },
  },
  {
    it: "takes a fifth of twenty for breaks",
    ledger: { rows: many(20, 4) },
    found: [0, 1, 2, 3].map((nth) => unknown(`w-${nth}`)),
  },
  { it: "takes more for a list that leaves some out", ledger: { rows: many(20, 5) }, unproven: { REF_UNKNOWN: 1 } },
  {
    it: "does not where there are fewer than twenty",
    ledger: { rows: many(5, 3) },
    found: [0, 1, 2].map((nth) => unknown(`w-${nth}`)),
  },
])

describeCases("REF_FOREIGN", [
  {
    it: "finds another customer's account, and one of another currency or network",
    ledger: {
      rows: [
        ...posted(
          withdrawal("a", { bank_account_id: "b-1" }),
          withdrawal("b", { bank_account_id: "b-2" }),
          product("crypto_deposits", "c", { wallet_id: "w" }),
          product("crypto_deposits", "d", { wallet_id: "w", network: "other" }),
        ),
        bank("b-1", { customer_id: "c-2" }),
        bank("b-2", { currency: "USD" }),
        row("crypto_deposit_wallets", { wallet_id: "w", customer_id: "c-1", currency: "EUR" }),
      ],
      customers: ["c-1", "c-2"],
    },
    found: [foreign("a"), foreign("b"), foreign("d")],
  },
  {
    it: "is silent where the record is void, or names a quote for another currency",
    ledger: {
      rows: [
        withdrawal("void", { bank_account_id: "b-1", status: "FAILED" }),
        bank("b-1", { customer_id: "c-2" }),
        ...posted(withdrawal("quoted", { bank_account_id: "b-2", quote_id: "q" })),
        bank("b-2", { currency: "USD" }),
      ],
      customers: ["c-1", "c-2"],
    },
  },
])

const judged = (...given: ReadonlyArray<HistoryNight>) => Effect.map(nights(given), (verdicts) => verdicts.at(-1))

const account = (status: string, customer = "c-1") =>
  row("fiat_accounts", { fiat_account_id: "nowhere-1", customer_id: customer, currency: "EUR", status })
const use = (id: string, hours: number): ReadonlyArray<LedgerRow> => {
  const at = { created_at: hoursBefore(hours), updated_at: hoursBefore(hours) }
  const record = deposit(id, { fiat_account_id: "nowhere-1", reference: id, completed_at: hoursBefore(hours), ...at })
  return [record, postingOf(record, { posted_at: hoursBefore(hours), ...at })]
}

layer(ledgerStore)("over several nights", (it) => {
  it.effect("finds what is created after the night that saw its account closed, and nothing before", () =>
    Effect.gen(function* () {
      const before = use("before", 10)
      const during = use("during", -5)
      const verdict = yield* judged(
        { rows: [account("ACTIVE"), ...before] },
        { rows: [account("Closed"), ...before, ...during] },
        { rows: [account("Closed"), ...before, ...during, ...use("after", -30)] },
      )
      expect(verdict?.found).toEqual([{ code: "REF_CLOSED", record: "after", severity: "high" }])
    }),
  )

  it.effect("is silent where a night saw the account open again, and about other words than those configured", () =>
    Effect.gen(function* () {
      const again = yield* judged(
        { rows: [account("BLOCKED")] },
        { rows: [account("ACTIVE"), ...use("in between", -10)] },
        { rows: [account("ACTIVE"), ...use("in between", -10), ...use("after", -30)] },
      )
      expect(again?.found).toEqual([])
      const dormant = yield* judged({ rows: [account("DORMANT")] }, { rows: [account("DORMANT"), ...use("a", -10)] })
      expect(dormant?.found).toEqual([])
    }),
  )

  it.effect("is not judged on a night that could not read the accounts", () =>
    Effect.gen(function* () {
      const verdict = yield* judged(
        { rows: [account("CLOSED")] },
        { rows: use("after", -10), coverage: { "c-1/fiat_accounts": "FAILED" } },
      )
      expect(verdict?.found).toEqual([{ code: "COV_INCOMPLETE", record: "c-1/fiat_accounts", severity: "critical" }])
      expect(verdict?.unproven.REF_CLOSED).toBe(1)
    }),
  )

  it.effect("knows for good what was on a list once", () =>
    Effect.gen(function* () {
      const moved = yield* judged(
        { rows: [account("ACTIVE")] },
        { rows: [account("ACTIVE", "c-2"), ...use("a", 5)], customers: ["c-1", "c-2"] },
      )
      expect(moved?.found.filter(({ code }) => code.startsWith("REF_"))).toEqual([])
      // What is created once a night saw it on the other's list names a stranger's.
      const both = ["c-1", "c-2"]
      const handedOn = [account("ACTIVE", "c-2"), ...use("a", 5)]
      const later = yield* judged(
        { rows: [account("ACTIVE")], customers: both },
        { rows: handedOn, customers: both },
        { rows: [...handedOn, ...use("b", -30)], customers: both },
      )
      expect(later?.found.filter(({ code }) => code.startsWith("REF_"))).toEqual([foreign("b")])
      const back = yield* judged(
        { rows: [account("ACTIVE")], customers: both },
        { rows: handedOn, customers: both },
        { rows: [account("ACTIVE"), ...use("a", 5), ...use("b", -30)], customers: both },
      )
      expect(back?.found.filter(({ code }) => code.startsWith("REF_"))).toEqual([])
      const backAndGone = yield* judged(
        { rows: [account("ACTIVE")], customers: both },
        { rows: [account("ACTIVE", "c-2")], customers: both },
        { rows: [account("ACTIVE")], customers: both },
        { rows: use("b", -60), customers: both },
      )
      expect(backAndGone?.found.filter(({ code }) => code.startsWith("REF_"))).toEqual([])
      const gone = yield* judged({ rows: [account("ACTIVE")] }, { rows: use("a", 5) })
      expect(gone?.found.filter(({ code }) => code.startsWith("REF_"))).toEqual([])
    }),
  )
})
