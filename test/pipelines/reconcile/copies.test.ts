import { deposit, hoursBefore, type LedgerRow, postingOf, product, withdrawal } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const duplicate = (record: string) => ({ code: "DUP_PRODUCT", record, severity: "high" })
const hashless = (record: string) => ({ code: "TX_HASH_MISSING", record, severity: "high" })
const rehashed = (record: string) => ({ code: "TX_HASH_REUSED", record, severity: "critical" })

/** The records with the transactions that they should have. */
const posted = (...records: ReadonlyArray<LedgerRow>) => records.flatMap((record) => [record, postingOf(record)])

const invoice = (id: string, hours: number, values: Readonly<Record<string, string | null>> = {}) =>
  deposit(id, { reference: "INV 7", created_at: hoursBefore(hours), ...values })

describeCases("DUP_PRODUCT", [
  {
    it: "finds the later of two settled deposits that say the same",
    ledger: { rows: posted(invoice("b-first", 110), invoice("a-later", 109)) },
    found: [duplicate("a-later")],
  },
  {
    it: "finds it among withdrawals too",
    ledger: { rows: posted(...["a", "b"].map((id) => withdrawal(id, { reference: "rent" }))) },
    found: [duplicate("b")],
  },
  {
    it: "reaches as far as 24 hours and no further",
    ledger: {
      rows: [
        ...posted(invoice("a", 110), invoice("a-again", 86)),
        ...posted(
          invoice("b", 110, { reference: "INV 8" }),
          deposit("b-again", {
            reference: "INV 8",
            created_at: new Date(Date.parse(hoursBefore(86)) + 1).toISOString(),
          }),
        ),
      ],
    },
    found: [duplicate("a-again")],
  },
  {
    it: "measures a third copy from the second",
    ledger: { rows: posted(invoice("a", 110), invoice("b", 90), invoice("c", 70), invoice("d", 40)) },
    found: [duplicate("b"), duplicate("c")],
  },
  {
    it: "takes the smaller id for the earlier where both were created at one instant",
    ledger: { rows: posted(invoice("z", 110), invoice("m", 110)) },
    found: [duplicate("z")],
  },
  {
    it: "is silent where customer, currency, amount, reference or stream differ",
    ledger: {
      rows: posted(
        invoice("a", 110),
        invoice("customer", 109, { customer_id: "c-2" }),
        invoice("currency", 109, { currency: "USD" }),
        invoice("amount", 109, { amount: "100.000000000000000001", net_amount: "100.000000000000000001" }),
        invoice("reference", 109, { reference: "INV 7b" }),
        withdrawal("stream", { reference: "INV 7", created_at: hoursBefore(109) }),
      ),
    },
  },
  {
    it: "is silent without a reference, and where it is blank",
    ledger: {
      rows: posted(
        ...[null, "", "  "].flatMap((reference, nth) => ["a", "b"].map((id) => deposit(`${id}${nth}`, { reference }))),
      ),
    },
  },
  {
    it: "counts settled records alone",
    ledger: {
      rows: [
        ...posted(invoice("a", 110)),
        ...["FAILED", "REVERSED"].map((status) => invoice(status, 109, { status })),
        invoice("PENDING", 47, { status: "PENDING" }),
      ],
    },
  },
])

const onChain = ["crypto_deposits", "crypto_withdrawals", "crypto_refunds", "collection_payments"] as const

describeCases("TX_HASH_MISSING", [
  {
    it: "finds settled crypto records and collection payments without a hash, null or empty",
    ledger: {
      rows: posted(
        ...onChain.map((stream, nth) => product(stream, stream, { tx_hash: [null, "", " "][nth % 3] ?? null })),
      ),
    },
    found: ["collection_payments", "crypto_deposits", "crypto_refunds", "crypto_withdrawals"].map(hashless),
  },
  {
    it: "waits for the grace of an hour, counted from completedAt",
    ledger: {
      rows: [0.99, 1].flatMap((hours) =>
        posted(product("crypto_deposits", `after ${hours}`, { tx_hash: null, completed_at: hoursBefore(hours) })),
      ),
    },
    found: [hashless("after 1")],
  },
  {
    it: "is silent on what is not settled, and on fiat",
    ledger: {
      rows: [
        ...posted(deposit("fiat"), withdrawal("out")),
        product("crypto_withdrawals", "open", { tx_hash: null, status: "PENDING", created_at: hoursBefore(20) }),
        product("crypto_withdrawals", "void", { tx_hash: null, status: "FAILED" }),
        product("crypto_deposits", "undone", { tx_hash: null, status: "REVERSED" }),
      ],
    },
  },
])

const hashed = (stream: (typeof onChain)[number], id: string, values: Readonly<Record<string, string | null>> = {}) =>
  product(stream, id, { tx_hash: "0xabc", ...values })

describeCases("TX_HASH_MISSING, as configured", [
  {
    it: "has a grace of its own, and counts a status that the configuration calls settled",
    ledger: {
      rows: [1.9, 2].map((hours) =>
        product("crypto_deposits", `after ${hours}`, {
          tx_hash: null,
          status: "CREDITED",
          created_at: hoursBefore(3),
          completed_at: hoursBefore(hours),
        }),
      ),
    },
    settings: {
      graceMinutes: 1000,
      checks: { TX_HASH_MISSING: { graceMinutes: 120 } },
      contract: { streams: { crypto_deposits: { statuses: { CREDITED: "settled" } } } },
    },
    found: [hashless("after 2")],
  },
])

describeCases("TX_HASH_REUSED", [
  {
    it: "finds the later record of each list that repeats a hash",
    ledger: {
      rows: posted(
        ...(["crypto_deposits", "crypto_withdrawals", "collection_payments"] as const).flatMap((stream) => [
          hashed(stream, `${stream}-b`, { created_at: hoursBefore(110) }),
          hashed(stream, `${stream}-a`, { created_at: hoursBefore(109) }),
        ]),
      ),
    },
    found: ["collection_payments-a", "crypto_deposits-a", "crypto_withdrawals-a"].map(rehashed),
  },
  {
    it: "tells refunds apart by the deposit that they send back",
    ledger: {
      rows: [
        product("crypto_deposits", "d-1", { status: "REFUNDED", amount: "300", net_amount: "300" }),
        product("crypto_deposits", "d-2", { status: "REFUNDED" }),
        ...posted(
          hashed("crypto_refunds", "a", { original_deposit_id: "d-1" }),
          hashed("crypto_refunds", "b", { original_deposit_id: "d-1" }),
          hashed("crypto_refunds", "c", { original_deposit_id: "d-2" }),
        ),
      ],
    },
    found: [rehashed("b")],
  },
  {
    it: "finds it however far apart, across customers, and every time again",
    ledger: {
      rows: posted(
        hashed("crypto_deposits", "a", { created_at: hoursBefore(9000) }),
        hashed("crypto_deposits", "b", { customer_id: "c-2" }),
        hashed("crypto_deposits", "c", { created_at: hoursBefore(100) }),
      ),
    },
    found: [rehashed("b"), rehashed("c")],
  },
  {
    it: "is silent where network, hash, wallet or amount differ, or the list is another",
    ledger: {
      rows: posted(
        hashed("crypto_deposits", "a"),
        hashed("crypto_deposits", "network", { network: "other" }),
        hashed("crypto_deposits", "hash", { tx_hash: "0xabd" }),
        hashed("crypto_deposits", "wallet", { wallet_id: "w-2" }),
        hashed("crypto_deposits", "amount", { amount: "100.000000000000000001", net_amount: "100.000000000000000001" }),
        hashed("crypto_withdrawals", "list"),
      ),
    },
  },
  {
    it: "counts settled records alone, and takes no missing hash for the same hash",
    ledger: {
      rows: [
        ...posted(hashed("crypto_deposits", "a")),
        hashed("crypto_deposits", "failed", { status: "FAILED" }),
        ...posted(
          ...["b", "c"].map((id) => hashed("crypto_deposits", id, { tx_hash: "", completed_at: hoursBefore(0.5) })),
        ),
      ],
    },
  },
])
