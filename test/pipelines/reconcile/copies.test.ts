import {
  deposit,
  hoursBefore,
  type LedgerRow,
  postingOf,
  product,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const duplicate = (record: string) => ({ code: "DUP_PRODUCT", record, severity: "high" })
const hashless = (record: string) => ({ code: "TX_HASH_MISSING", record, severity: "high" })
const rehashed = (record: string) => ({ code: "TX_HASH_REUSED", record, severity: "critical" })

/** The records with the transactions that they should have. */
const posted = (...records: ReadonlyArray<LedgerRow>) => records.flatMap((record) => [record, postingOf(record)])

const invoice = (id: string, hours: number, values: Readonly<Record<string, string | null>> = {}) =>
  deposit(id, { reference: "INV 7", created_at: hoursBefore(hours), ...values })

/** A deposit like the invoices, created at the same instant as the first, as the API would write it. */
const readable = (fields: Readonly<Record<string, string>>) => ({
  currency: "EUR",
  amount: "100",
  status: "COMPLETED",
  reference: "INV 7",
  createdAt: hoursBefore(110),
  ...fields,
})

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
    it: "reaches as far as 12 hours and no further",
    ledger: {
      rows: [
        ...posted(invoice("a", 110), invoice("a-again", 98)),
        ...posted(
          invoice("b", 110, { reference: "INV 8" }),
          deposit("b-again", {
            reference: "INV 8",
            created_at: new Date(Date.parse(hoursBefore(98)) + 1).toISOString(),
          }),
        ),
      ],
    },
    found: [duplicate("a-again")],
  },
  {
    it: "measures a third copy from the second",
    ledger: { rows: posted(invoice("a", 110), invoice("b", 100), invoice("c", 90), invoice("d", 70)) },
    found: [duplicate("b"), duplicate("c")],
  },
  {
    it: "reads references as people write them",
    ledger: {
      rows: posted(
        invoice("a", 110),
        invoice("b", 109, { reference: " inv  7" }),
        invoice("c", 108, { reference: "Inv7 " }),
        invoice("d", 107, { reference: "inv-7" }),
        invoice("e", 106, { reference: "I\u200bNV\u00a07\ufeff" }),
        invoice("composed", 105, { reference: "Caf\u00e9" }),
        invoice("in parts", 104, { reference: "cafe\u0301" }),
      ),
    },
    found: ["b", "c", "e", "in parts"].map(duplicate),
  },
  {
    it: "has a window of its own, and leaves customers out whose habit it is",
    ledger: {
      rows: posted(
        ...[110, 109].map((hours) => invoice(`a-${hours}`, hours)),
        ...[110, 108.9].map((hours) => invoice(`b-${hours}`, hours, { customer_id: "c-2" })),
        ...[110, 109].map((hours) => invoice(`c-${hours}`, hours, { customer_id: "c-3" })),
      ),
    },
    settings: { checks: { DUP_PRODUCT: { windowHours: 1, exceptCustomers: ["c-1"] } } },
    found: [duplicate("c-109")],
  },
  {
    it: "is not judged where one that cannot be read may be the earlier one, and is where it certainly is",
    ledger: {
      rows: posted(
        invoice("a", 110),
        invoice("b", 109, { customer_id: "c-2" }),
        invoice("c", 109, { customer_id: "c-3" }),
      ),
      quarantine: [
        { customer: "c-1", stream: "fiat_deposits", recordId: "q-1", payload: readable({ amount: "a lot" }) },
        {
          customer: "c-2",
          stream: "fiat_deposits",
          recordId: "q-2",
          payload: readable({ amount: "a lot", reference: "INV 8" }),
        },
        { customer: "c-3", stream: "fiat_deposits", recordId: "q-3", payload: readable({ fee: "some" }) },
      ],
    },
    found: [
      duplicate("c"),
      ...["q-1", "q-2", "q-3"].map((record) => ({ code: "REC_INVALID", record, severity: "high" })),
    ],
    unproven: { DUP_PRODUCT: 1 },
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
    it: "finds settled crypto records and collection payments without a hash, null, empty or blanks of any kind",
    ledger: {
      rows: posted(
        ...onChain.map((stream, nth) =>
          product(stream, stream, { tx_hash: [null, "", " ", "\u00a0"][nth % 4] ?? null }),
        ),
        ...["0x", " 0X", "\u200b"].map((tx_hash, nth) => product("crypto_deposits", `said-${nth}`, { tx_hash })),
        product("crypto_deposits", "short", { tx_hash: "7" }),
      ),
    },
    found: [
      ...["collection_payments", "crypto_deposits", "crypto_refunds", "crypto_withdrawals"],
      ...["said-0", "said-1", "said-2"],
    ].map(hashless),
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
          hashed(stream, `${stream}-b`, { created_at: hoursBefore(110), tx_hash: `0x${stream.length}` }),
          hashed(stream, `${stream}-a`, { created_at: hoursBefore(109), tx_hash: `0x${stream.length}` }),
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
    it: "finds one transfer that left once and stands as a withdrawal and as a refund of one customer and amount",
    ledger: {
      rows: [
        product("crypto_deposits", "d-1", { status: "REFUNDED" }),
        ...posted(
          hashed("crypto_refunds", "refund", { original_deposit_id: "d-1", created_at: hoursBefore(110) }),
          hashed("crypto_withdrawals", "withdrawal", { created_at: hoursBefore(109) }),
          hashed("crypto_withdrawals", "other amount", { amount: "99", net_amount: "99", beneficiary_id: "b-2" }),
        ),
      ],
    },
    found: [rehashed("withdrawal")],
  },
  {
    it: "finds it however far apart, across customers, and every time again",
    ledger: {
      rows: posted(
        hashed("crypto_deposits", "a", { created_at: hoursBefore(9000), wallet_id: "w" }),
        hashed("crypto_deposits", "b", { customer_id: "c-2", wallet_id: "w" }),
        hashed("crypto_deposits", "c", { created_at: hoursBefore(100), wallet_id: "w" }),
      ),
    },
    found: [{ code: "REF_FOREIGN", record: "b", severity: "critical" }, rehashed("b"), rehashed("c")],
  },
  {
    it: "reads hexadecimal hashes without capitals, 0x and blanks of any kind, and others as they are",
    ledger: {
      rows: posted(
        hashed("crypto_deposits", "a", { tx_hash: "0xab" }),
        hashed("crypto_deposits", "b", { tx_hash: "0XAB" }),
        hashed("crypto_deposits", "c", { tx_hash: "Ab" }),
        hashed("crypto_deposits", "d", { tx_hash: "\u00a00xAB\u3000" }),
        hashed("crypto_deposits", "e", { tx_hash: "0x\u200bab" }),
        hashed("crypto_deposits", "x", { tx_hash: "zAb" }),
        hashed("crypto_deposits", "y", { tx_hash: "zab" }),
      ),
    },
    found: ["b", "c", "d", "e"].map(rehashed),
  },
  {
    it: "takes a collection payment for a copy of the customer's deposit, and nobody else's",
    ledger: {
      rows: posted(
        hashed("crypto_deposits", "a", { created_at: hoursBefore(130) }),
        hashed("collection_payments", "b"),
        hashed("collection_payments", "c", { customer_id: "c-2", collection_wallet_id: "w-2" }),
        hashed("collection_payments", "d", { amount: "99", net_amount: "99" }),
      ),
    },
    found: [rehashed("b")],
  },
  {
    it: "takes networks by the name that counts",
    ledger: {
      rows: posted(
        hashed("crypto_deposits", "a", { network: "ETHEREUM", wallet_id: "w" }),
        hashed("crypto_deposits", "b", { network: "ETH", wallet_id: "w" }),
      ),
    },
    settings: { networkAliases: { ETH: "ETHEREUM" } },
    found: [rehashed("b")],
  },
  {
    it: "is not judged where one that cannot be read may be the earlier one",
    ledger: {
      rows: posted(hashed("crypto_deposits", "a"), hashed("crypto_deposits", "b", { tx_hash: "0xdef" })),
      quarantine: [
        {
          customer: "c-1",
          stream: "crypto_deposits",
          recordId: "q",
          payload: { status: "COMPLETED", txHash: "0xabc" },
        },
      ],
    },
    found: [{ code: "REC_INVALID", record: "q", severity: "high" }],
    unproven: { TX_HASH_REUSED: 1 },
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

const fee = (id: string, hours: number, values: Readonly<Record<string, string | null>> = {}) =>
  transaction(id, {
    type: "FEE",
    direction: "DEBIT",
    reference: "fee of March",
    posted_at: hoursBefore(hours),
    ...values,
  })
const charged = (record: string) => ({ code: "DUP_FEE", record, severity: "high" })

describeCases("DUP_FEE", [
  {
    it: "finds a fee that was posted twice within twelve hours, its reference as people write it",
    ledger: { rows: [fee("a", 40), fee("b", 28, { reference: "Fee of  MARCH" }), fee("c", 15.9)] },
    found: [charged("b")],
  },
  {
    it: "is silent where customer, currency, amount or reference differ, or one was reversed or came back",
    ledger: {
      rows: [
        fee("a", 40),
        fee("customer", 39, { customer_id: "c-2" }),
        fee("currency", 39, { currency: "USD" }),
        fee("amount", 39, { amount: "99", net_amount: "99" }),
        fee("reference", 39, { reference: "fee of April" }),
        fee("reversed", 39, { status: "REVERSED" }),
        fee("reversal", 38, { direction: "CREDIT" }),
        ...[39, 38].map((hours) => fee(`twice ${hours}`, hours, { reference: "card" })),
        fee("back", 37, { reference: "card", direction: "CREDIT" }),
      ],
    },
  },
  {
    it: "finds two without a reference that stand alone, and no habit",
    ledger: {
      rows: [
        ...[140, 130].map((hours) => fee(`alone ${hours}`, hours, { reference: null })),
        fee("later", 81, { reference: null }),
        ...[140, 130, 83].map((hours) => fee(`habit ${hours}`, hours, { reference: null, customer_id: "c-2" })),
      ],
    },
    found: [charged("alone 130")],
  },
  {
    it: "is not judged where a transaction that cannot be read may be the other one",
    ledger: {
      rows: [fee("a", 40), fee("b", 40, { customer_id: "c-2" })],
      quarantine: [
        {
          customer: "c-1",
          stream: "transactions",
          recordId: "q",
          payload: { type: "FEE", reference: "fee of march", netAmount: "100", postedAt: hoursBefore(41) },
        },
        {
          customer: "c-2",
          stream: "transactions",
          recordId: "r",
          payload: { type: "FEE", reference: "fee of march", netAmount: "99", postedAt: hoursBefore(41) },
        },
      ],
    },
    found: ["q", "r"].map((record) => ({ code: "REC_INVALID", record, severity: "high" })),
    unproven: { DUP_FEE: 1 },
  },
])
