import { clean, finds, first, found, next, partial, refused, silent, world } from "../expected.ts"
import { back, feeOf, from, opening, settled, to, tx, unreadableFee } from "../postings.ts"
import { ALPHA, BETA, conversion, cryptoIn, cryptoOut, fiatIn, fiatOut, merge, payment, refund } from "../rows.ts"
import type { World } from "../world.ts"

const voidWithdrawal = cryptoOut(ALPHA, "wd-1", "0.5 ETH ETHEREUM", { fee: "0.000000000000000001", status: "FAILED" })
const expiredDeposit = fiatIn(ALPHA, "dep-1", "10.005 KWD", { status: "EXPIRED" })
const cancelled = conversion(ALPHA, "conv-1", "100 USD", "92 EUR", "0.92", { status: "CANCELLED" })
const failedWithdrawal = fiatOut(ALPHA, "wd-1", "40 USD", { status: "FAILED" })
const failedConversion = conversion(ALPHA, "conv-1", "970 USD", "0.01 BTC", "0.00001030928", { status: "FAILED" })

const kindlessDeposit = fiatIn(ALPHA, "dep-1", "100 EUR")
const kindlessWithdrawal = fiatOut(ALPHA, "wd-1", "50 EUR", { fee: "2" })

const one: ReadonlyArray<World> = [
  world(
    "01 a failed withdrawal of ether keeps one unit of the last place",
    "0.500000000000000001 ETH left and 0.5 came back: the fee's last place is at stake. A charge that cannot be read and names nothing hides it not.",
    [
      first(
        merge(
          opening(ALPHA, "3 ETH ETHEREUM"),
          voidWithdrawal,
          tx(voidWithdrawal, { status: "REVERSED" }),
          back(voidWithdrawal, { amount: "0.5" }),
          unreadableFee(ALPHA, "USD"),
        ),
        finds(found("LED_STATUS_MISMATCH", "wd-1", "0.000000000000000001", "critical"), refused),
      ),
    ],
  ),
  world(
    "01 an expired deposit keeps five fils",
    "10.005 KWD were credited and 10.000 taken back, though an EXPIRED deposit must move nothing.",
    [
      first(
        merge(expiredDeposit, tx(expiredDeposit, { status: "REVERSED" }), back(expiredDeposit, { amount: "10.000" })),
        finds(found("LED_STATUS_MISMATCH", "dep-1", "0.005", "critical")),
      ),
    ],
  ),
  world(
    "01 near miss: what is void was taken back whole, leg by leg",
    "Both legs of a CANCELLED conversion came back, and the debit of a failed withdrawal was never posted.",
    [
      first(
        merge(
          opening(ALPHA, "500 USD"),
          opening(ALPHA, "500 EUR"),
          cancelled,
          from(cancelled, { status: "REVERSED" }),
          to(cancelled, { status: "REVERSED" }),
          from(cancelled, { id: "back", direction: "CREDIT", at: "-30h" }),
          to(cancelled, { id: "back", direction: "DEBIT", at: "-30h" }),
          failedWithdrawal,
          tx(failedWithdrawal, { status: "FAILED" }),
        ),
        clean,
      ),
    ],
  ),
  world(
    "03 transactions that name their record and not its kind, as the API writes fees",
    "Its own type says of which list a deposit's transaction is; a fee is of whatever list holds the id. A second fee is one too many.",
    [
      first(
        merge(
          opening(ALPHA, "900 EUR"),
          kindlessDeposit,
          tx(kindlessDeposit, { resourceType: null }),
          kindlessWithdrawal,
          tx(kindlessWithdrawal, { fee: "0" }),
          feeOf(kindlessWithdrawal, "2 EUR", { resourceType: null }),
        ),
        clean,
      ),
      next(merge(feeOf(kindlessWithdrawal, "2 EUR", { id: "fee-2", resourceType: null, at: "-2h" })), {
        ...finds(found("LED_FEE_MISMATCH", "wd-1", "2")),
        exit: 0,
      }),
    ],
  ),
  world(
    "01 a failed conversion gave the dollars back and kept the bitcoin",
    "The leg in USD is undone, and 0.01 BTC stand. BETA's transactions cannot be read, which leaves nothing of ALPHA's unproven.",
    [
      first(
        merge(
          opening(ALPHA, "5000 USD"),
          settled(fiatIn(BETA, "dep-b", "70 USD")),
          failedConversion,
          from(failedConversion, { status: "REVERSED" }),
          from(failedConversion, { id: "back", direction: "CREDIT", at: "-30h" }),
          to(failedConversion),
        ),
        partial(found("LED_STATUS_MISMATCH", "conv-1", "0.01", "critical")),
        { unavailable: ["BETA/transactions"] },
      ),
    ],
  ),
]

const lateDeposit = cryptoIn(ALPHA, "dep-1", "0.01 BTC BITCOIN")
const failedRefund = refund(ALPHA, "ref-1", "0.01 BTC BITCOIN", {
  originalDepositId: "dep-1",
  status: "FAILED",
  at: "-40h",
})
const failedYen = fiatIn(ALPHA, "dep-1", "5000 JPY", { status: "REJECTED" })
const rejected = fiatOut(ALPHA, "wd-1", "200.125 KWD", { status: "REJECTED" })
const failedToday = fiatOut(ALPHA, "wd-1", "200 EUR", { status: "FAILED" })

const two: ReadonlyArray<World> = [
  world(
    "02 a failed refund left twice",
    "Its debit was called REVERSED, nothing came back, and it was debited again: 0.02 BTC are gone for a refund that failed.",
    [
      first(
        merge(
          opening(ALPHA, "1 BTC BITCOIN"),
          settled(lateDeposit),
          failedRefund,
          tx(failedRefund, { status: "REVERSED" }),
          tx(failedRefund, { id: "again", at: "-30h" }),
        ),
        finds(found("LED_STATUS_MISMATCH", "ref-1", "0.02", "critical")),
      ),
    ],
  ),
  world(
    "02 a rejected deposit was credited twice",
    "10,000 JPY stand for a deposit that was rejected. CLEAN was never said before, and BETA has moved nothing but its own.",
    [
      first(
        merge(
          failedYen,
          tx(failedYen),
          tx(failedYen, { id: "again", at: "-30h" }),
          settled(fiatIn(BETA, "dep-b", "9 JPY")),
        ),
        finds(found("LED_STATUS_MISMATCH", "dep-1", "10000", "critical")),
      ),
    ],
  ),
  world(
    "02 debited again on the second night",
    "On the first night the debit of a rejected withdrawal had come back, and all was right. On the second it was debited once more.",
    [
      first(merge(opening(ALPHA, "900 KWD"), rejected, tx(rejected, { status: "REVERSED" }), back(rejected)), clean),
      next(
        tx(rejected, { id: "again", at: "-5h" }),
        finds(found("LED_STATUS_MISMATCH", "wd-1", "200.125", "critical")),
      ),
    ],
  ),
  world(
    "02 near miss: the money has an hour to come back",
    "The debit of a withdrawal that failed was posted half an hour ago: what takes it back may still come.",
    [first(merge(opening(ALPHA, "900 EUR"), failedToday, tx(failedToday, { at: "-30m" })), silent)],
  ),
]

const parts = cryptoOut(ALPHA, "wd-1", "0.30000001 BTC BITCOIN")
const inParts = (last: string) =>
  merge(
    opening(ALPHA, "1 BTC BITCOIN"),
    parts,
    tx(parts, { id: "1", money: "0.1 BTC BITCOIN" }),
    tx(parts, { id: "2", money: `${last} BTC BITCOIN` }),
  )
const paid = payment(ALPHA, "pay-1", "100 USDC SOLANA", { fee: "1" })
const again = cryptoIn(ALPHA, "dep-1", "2.5 ETH ETHEREUM")
const costly = conversion(ALPHA, "conv-1", "0.01 BTC", "970 USDT", "97000", { fee: "5", feeCurrency: "USDT" })
const adjusted = fiatIn(ALPHA, "dep-1", "100 JPY")

const three: ReadonlyArray<World> = [
  world(
    "03 sums agree: a payment whose fee is a transaction of its own, and a credit that was made anew",
    "100 USDC less a fee of 1, in two transactions; 2.5 ETH credited, taken back and credited again.",
    [
      first(
        merge(
          paid,
          tx(paid, { money: "100 USDC SOLANA" }),
          feeOf(paid, "1 USDC SOLANA"),
          again,
          tx(again, { status: "REVERSED" }),
          back(again),
          tx(again, { id: "again", at: "-29h" }),
        ),
        clean,
      ),
    ],
  ),
  world(
    "03 sums agree: a conversion's fee beside its leg, and an adjustment that names its deposit",
    "970 USDT came in and 5 were charged for the conversion; a deposit of 100 JPY was credited with 90 and put right with 10.",
    [
      first(
        merge(
          opening(ALPHA, "1 BTC BITCOIN"),
          costly,
          from(costly),
          to(costly, { money: "970 USDT" }),
          to(costly, { id: "fee", type: "FEE", direction: "DEBIT", money: "5 USDT" }),
          adjusted,
          tx(adjusted, { money: "90 JPY" }),
          tx(adjusted, { id: "adj", type: "ADJUSTMENT", money: "10 JPY", at: "-30h" }),
        ),
        clean,
      ),
    ],
  ),
  world(
    "03 two parts that lack one satoshi",
    "0.1 and 0.2 are not 0.30000001: the sums do not agree, by one unit of the last place.",
    [first(inParts("0.2"), finds(found("LED_AMOUNT_MISMATCH", "wd-1", "0.00000001")))],
  ),
  world(
    "03 near miss: one satoshi is within the tolerance",
    "The same withdrawal, where the configuration says that a satoshi is nothing; in three parts it is exact.",
    [first(inParts("0.2"), clean)],
    { tolerance: { BTC: { absolute: "0.00000001" } } },
  ),
]

export const voidAndSums: ReadonlyArray<World> = [...one, ...two, ...three]
