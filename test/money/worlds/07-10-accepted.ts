import { accept, clean, finds, first, found, next, orAlso, silent, world } from "../expected.ts"
import { opening, settled, tx, unreadablePayment } from "../postings.ts"
import {
  ALPHA,
  BETA,
  balance,
  balanceOf,
  beneficiary,
  changes,
  conversion,
  cryptoIn,
  cryptoOut,
  fiatAccount,
  fiatIn,
  fiatOut,
  GAMMA,
  merge,
  payment,
} from "../rows.ts"
import type { World } from "../world.ts"

const twice = cryptoIn(ALPHA, "dep-1", "1.5 ETH ETHEREUM")
const dearer = fiatOut(ALPHA, "wd-1", "10 KWD")
const dearerLists = merge(opening(ALPHA, "900 KWD"), dearer, tx(dearer, { money: "10.005 KWD" }))
const yenTwice = fiatOut(BETA, "wd-2", "3000 JPY")

const half = cryptoIn(GAMMA, "dep-3", "0.5 BTC BITCOIN")

const seven: ReadonlyArray<World> = [
  world(
    "07 a double credit was accepted, a quiet night passed, and a third credit follows",
    "The acceptance holds while nothing changes; on the third night another 1.5 ETH stand, by a clock three hours fast.",
    [
      first(
        merge(twice, tx(twice), tx(twice, { id: "b", at: "-49h" })),
        finds(found("LED_DUPLICATE_TRANSACTION", "dep-1", "1.5")),
      ),
      next({}, silent, { acts: [accept("LED_*", "dep-1")] }),
      next(tx(twice, { id: "c", at: "-5h" }), finds(found("LED_DUPLICATE_TRANSACTION", "dep-1", "3")), {
        clock: "+3h",
      }),
    ],
  ),
  world(
    "07 the difference stays and the transactions are others",
    "Five fils too much were accepted. Then 3 KWD went out and came back: the same difference, made by other transactions, which nobody accepted.",
    [
      first(dearerLists, finds(found("LED_AMOUNT_MISMATCH", "wd-1", "0.005"))),
      next(
        merge(
          tx(dearer, { id: "c", money: "3 KWD", at: "-6h" }),
          tx(dearer, { id: "d", money: "3 KWD", direction: "CREDIT", at: "-5h" }),
        ),
        finds(found("LED_*", "wd-1", "0.005")),
        { acts: [accept("LED_*", "wd-1")] },
      ),
    ],
  ),
  world(
    "07 acknowledged is not accepted",
    "ALPHA's five fils were acknowledged and stand; BETA's double debit was accepted, and a third debit opens it again. GAMMA's stays accepted: what came there is PENDING or FAILED and moved nothing.",
    [
      first(
        merge(
          dearerLists,
          opening(BETA, "90000 JPY"),
          yenTwice,
          tx(yenTwice),
          tx(yenTwice, { id: "b", at: "-49h" }),
          settled(half),
          tx(half, { id: "b", money: "0.1 BTC BITCOIN" }),
        ),
        finds(
          found("LED_AMOUNT_MISMATCH", "wd-1", "0.005"),
          found("LED_DUPLICATE_TRANSACTION", "wd-2", "3000"),
          found("LED_DUPLICATE_TRANSACTION", "dep-3", "0.1"),
        ),
      ),
      next(
        merge(
          tx(yenTwice, { id: "c", at: "-5h" }),
          tx(half, { id: "c", status: "PENDING", at: "-5h" }),
          tx(half, { id: "d", status: "FAILED", at: "-5h" }),
        ),
        finds(found("LED_AMOUNT_MISMATCH", "wd-1", "0.005"), found("LED_DUPLICATE_TRANSACTION", "wd-2", "6000")),
        {
          acts: [
            ["exceptions", "ack", "--note", "asked", "--by", "controller", { codes: ["LED_*"], record: "wd-1" }],
            accept("LED_*", "wd-2"),
            accept("LED_*", "dep-3"),
          ],
        },
      ),
    ],
  ),
]

const inDollars = fiatIn(ALPHA, "dep-1", "60 EUR")
const tooMuch = conversion(ALPHA, "conv-1", "0.02 BTC", "1940 USDT", "97000", {
  quote: { fromAmount: "0.01", toAmount: "970" },
})
const crossed = cryptoOut(ALPHA, "wd-1", "40 USDC SOLANA")
const astray = payment(GAMMA, "pay-1", "25 USDC SOLANA")

const eight: ReadonlyArray<World> = [
  world(
    "08 accepted in dollars, found in pounds",
    "60 USD for a deposit of 60 EUR were accepted; on the second night the transaction says GBP.",
    [
      first(merge(inDollars, tx(inDollars, { money: "60 USD" })), finds(found("LED_CURRENCY_MISMATCH", "dep-1"))),
      next(
        changes("transactions", { transactionId: "t-dep-1", currency: "GBP", updatedAt: "-5h" }),
        orAlso(finds(found("LED_CURRENCY_MISMATCH LED_*", "dep-1")), "REC_MUTATED t-dep-1", "BAL_*"),
        { acts: [accept()] },
      ),
    ],
  ),
  world(
    "08 accepted above its quote, and the quote says less",
    "0.02 BTC on a quote of 0.01 were accepted; on the second night the quote was for 0.001. That BETA got GAMMA's payment was accepted too, and stays so.",
    [
      first(
        merge(opening(ALPHA, "1 BTC BITCOIN"), settled(tooMuch), astray, tx(astray, { customerId: BETA.customerId })),
        finds(found("CONV_QUOTE_DEVIATION", "conv-1"), found("LED_OWNER_MISMATCH", "pay-1")),
      ),
      next(
        changes("conversion_quotes", { quoteId: "q-conv-1", fromAmount: "0.001", toAmount: "97" }),
        orAlso(finds(found("CONV_QUOTE_DEVIATION", "conv-1")), "REC_MUTATED q-conv-1"),
        { acts: [accept()] },
      ),
    ],
  ),
  world(
    "08 accepted on one network, found on another",
    "USDC that should leave on SOLANA left on ETHEREUM, which was accepted; now it is POLYGON. A payment that cannot be read hides it not.",
    [
      first(
        merge(opening(ALPHA, "500 USDC SOLANA"), crossed, tx(crossed, { network: "ETHEREUM" })),
        finds(found("LED_NETWORK_MISMATCH", "wd-1")),
      ),
      next(
        merge(
          changes("transactions", { transactionId: "t-wd-1", network: "POLYGON", updatedAt: "-5h" }),
          unreadablePayment(BETA),
        ),
        orAlso(finds(found("LED_NETWORK_MISMATCH", "wd-1"), { codes: ["REC_INVALID"] }), "REC_MUTATED t-wd-1"),
        { acts: [accept()] },
      ),
    ],
  ),
]

const invoice = (id: string, at: string) => settled(fiatIn(ALPHA, id, "7000 JPY", { reference: "INV 12", at }))
const stuck = fiatIn(BETA, "dep-2", "500 EUR", { status: "PENDING", createdAt: "-60h", at: "-60h" })

const nine: ReadonlyArray<World> = [
  world(
    "09 an invoice recorded twice stays accepted",
    "The same two records stand for two more nights, and another customer goes on as before.",
    [
      first(merge(invoice("dep-1", "-50h"), invoice("dep-2", "-49h")), finds(found("DUP_PRODUCT", ["dep-1", "dep-2"]))),
      next({}, { ...silent, reports: { acceptances: [{ "*": "controller" }] } }, { acts: [accept("DUP_*")] }),
      next(settled(fiatIn(BETA, "dep-b", "7000 JPY", { reference: "INV 12", at: "-5h" })), silent),
    ],
  ),
  world(
    "09 a deposit that is stuck stays accepted until its status changes",
    "What was accepted is PENDING; on the third night it says PROCESSING, which is another state of affairs.",
    [
      first(stuck, finds(found("AGE_STUCK", "dep-2"))),
      next({}, silent, { acts: [accept("AGE_STUCK", "dep-2")] }),
      next(
        changes("fiat_deposits", { depositId: "dep-2", status: "PROCESSING", updatedAt: "-5h" }),
        finds(found("AGE_STUCK", "dep-2")),
      ),
    ],
    { failOn: "medium" },
  ),
  world(
    "09 a balance without transactions stays accepted, until it is another one",
    "100 KWD that nothing explains were accepted. 10 that came in since are explained; on the third night 50 more are not.",
    [
      first(
        { balances: [balance(ALPHA, "100 KWD")] },
        finds(found("BAL_INCEPTION", balanceOf(ALPHA, "KWD"), "100", "critical")),
      ),
      next(
        merge(settled(fiatIn(ALPHA, "dep-1", "10 KWD", { at: "-5h" })), { balances: [balance(ALPHA, "110 KWD")] }),
        silent,
        {
          acts: [accept("BAL_*")],
        },
      ),
      next(
        { balances: [balance(ALPHA, "160 KWD")] },
        orAlso(finds(found("BAL_ROLLFORWARD BAL_INCEPTION", balanceOf(ALPHA, "KWD"))), "BAL_*"),
      ),
    ],
  ),
]

const satoshi = cryptoIn(ALPHA, "dep-1", "0.5 BTC BITCOIN")
const amounts = (amount: string) =>
  merge(
    changes("crypto_deposits", { depositId: "dep-1", amount, netAmount: amount, updatedAt: "-5h" }),
    changes("transactions", { transactionId: "t-dep-1", amount, netAmount: amount, updatedAt: "-5h" }),
  )
const bothMutated = orAlso(finds(found("REC_MUTATED", "dep-1"), found("REC_MUTATED", "t-dep-1")), "BAL_*")
const toFirst = cryptoOut(ALPHA, "wd-1", "0.3 ETH ETHEREUM", { beneficiaryId: "ben-1" })
const beneficiaries = merge(
  ...["ben-1", "ben-2"].map((id) => beneficiary(ALPHA, id, { currency: "ETH", network: "ETHEREUM" })),
)
const moved = settled(fiatIn(BETA, "dep-2", "80 JPY", { fiatAccountId: "fa-1" }))
const accounts = merge(...["fa-1", "fa-2"].map((id) => fiatAccount(BETA, id, { currency: "JPY" })))

const ten: ReadonlyArray<World> = [
  world(
    "10 an amount that changed was accepted, and changes back",
    "0.5 BTC became 0.6, which was accepted: that is the base now. A third night is silent; on the fourth it is 0.5 again, which nobody accepted.",
    [
      first(settled(satoshi), clean),
      next(amounts("0.6"), bothMutated),
      next({}, silent, { acts: [accept()] }),
      next(amounts("0.5"), bothMutated),
    ],
  ),
  world(
    "10 one change is accepted, another is not",
    "ALPHA's and BETA's settled records both changed, and only BETA's change was accepted.",
    [
      first(merge(settled(toFirst), opening(ALPHA, "3 ETH ETHEREUM"), beneficiaries, moved, accounts), clean),
      next(
        merge(
          changes("crypto_withdrawals", { withdrawalId: "wd-1", beneficiaryId: "ben-2", updatedAt: "-5h" }),
          changes("fiat_deposits", { depositId: "dep-2", fiatAccountId: "fa-2", updatedAt: "-5h" }),
        ),
        finds(found("REC_MUTATED", "wd-1"), found("REC_MUTATED", "dep-2")),
      ),
      next({}, finds(found("REC_MUTATED", "wd-1")), { acts: [accept("REC_MUTATED", "dep-2")] }),
    ],
  ),
  world(
    "10 near miss: what changed is not what money rests on",
    "A settled deposit got another reference and a newer updatedAt.",
    [
      first(merge(moved, accounts), clean),
      next(changes("fiat_deposits", { depositId: "dep-2", reference: "as the bank has it", updatedAt: "-5h" }), clean),
    ],
  ),
]

export const accepted: ReadonlyArray<World> = [...seven, ...eight, ...nine, ...ten]
