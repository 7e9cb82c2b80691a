import { clean, finds, first, found, next, orAlso, silent, unproven, world } from "../expected.ts"
import { back, from, opening, settled, to, tx } from "../postings.ts"
import { ALPHA, BETA, changes, conversion, cryptoIn, fiatIn, GAMMA, merge, payment, refund } from "../rows.ts"
import type { World } from "../world.ts"

const sentBack = payment(ALPHA, "pay-1", "45 USDC SOLANA", { status: "REFUNDED" })
const halfUndone = conversion(BETA, "conv-1", "100 USD", "15000 JPY", "150", { status: "REVERSED" })
const otherCoin = cryptoIn(ALPHA, "dep-1", "1 ETH ETHEREUM", { status: "REVERSED" })
const justUndone = fiatIn(BETA, "dep-2", "300 KWD", { status: "REVERSED", createdAt: "-3h", at: "-20m" })
const notListed = fiatIn(ALPHA, "dep-1", "80 EUR", { status: "REFUNDED" })

const four: ReadonlyArray<World> = [
  world(
    "04 a payment called REFUNDED whose money stands, and a conversion that was undone by half",
    "45 USDC stand at ALPHA. BETA's dollars came back, and the 15,000 JPY that they bought are still there.",
    [
      first(
        merge(
          sentBack,
          tx(sentBack),
          opening(BETA, "500 USD"),
          halfUndone,
          from(halfUndone, { status: "REVERSED" }),
          from(halfUndone, { id: "back", direction: "CREDIT", at: "-30h" }),
          to(halfUndone),
        ),
        finds(
          found("LED_STATUS_MISMATCH", "pay-1", "45", "critical"),
          found("LED_STATUS_MISMATCH", "conv-1", "15000", "critical"),
        ),
      ),
    ],
  ),
  world(
    "04 an undone deposit came back in another currency",
    "1 ETH stands and 3,000 USDT left for it: what must be nothing is something, twice.",
    [
      first(
        merge(
          opening(ALPHA, "9000 USDT ETHEREUM"),
          otherCoin,
          tx(otherCoin),
          back(otherCoin, { money: "3000 USDT ETHEREUM" }),
        ),
        orAlso(finds(found("LED_STATUS_MISMATCH", "dep-1")), "LED_* dep-1"),
      ),
    ],
  ),
  world(
    "04 a reversal that the first night still waits for",
    "BETA's deposit was called REVERSED twenty minutes before the first night, and its credit stands; a night later it still does.",
    [
      first(merge(justUndone, tx(justUndone, { at: "-3h" })), silent),
      next({}, finds(found("LED_STATUS_MISMATCH", "dep-2", "300.000", "critical"))),
    ],
  ),
  world(
    "04 near miss: a list without refunds, where the configuration says so",
    "Whether the 80 EUR went back cannot be seen, because refunds of fiat deposits are not listed: unproven, and not clean.",
    [first(merge(notListed, tx(notListed)), unproven("dep-1"))],
    { refunds: { fiat_deposits: "notListed" } },
  ),
]

const neverIn = cryptoIn(ALPHA, "dep-1", "0.5 BTC BITCOIN", { status: "REJECTED" })
const refundOf = (id: string, money: string, originalDepositId: string, over = {}) =>
  refund(ALPHA, id, money, { originalDepositId, at: "-40h", ...over })
const wholeBack = cryptoIn(ALPHA, "dep-1", "250 USDC SOLANA", { status: "REFUNDED" })
const halfBack = refundOf("ref-1", "100 USDC SOLANA", "dep-1")
const slow = refundOf("ref-1", "250 USDC SOLANA", "dep-1", { status: "PENDING", createdAt: "-30h", at: "-30h" })
const bounced = refund(GAMMA, "ref-3", "0.5 BTC BITCOIN", {
  originalDepositId: "dep-3",
  status: "REVERSED",
  at: "-40h",
})
const underWay = cryptoIn(BETA, "dep-2", "250 USDC SOLANA", { status: "REFUNDED" })

const five: ReadonlyArray<World> = [
  world(
    "05 a refund of a rejected deposit, and a deposit of which less than half went back",
    "0.5 BTC were refunded though nothing came in; of 250 USDC that are called REFUNDED only 100 left.",
    [
      first(
        merge(
          opening(ALPHA, "2 BTC BITCOIN"),
          neverIn,
          settled(refundOf("ref-9", "0.5 BTC BITCOIN", "dep-1")),
          cryptoIn(BETA, "dep-2", "250 USDC SOLANA", { status: "REFUNDED" }),
          tx(cryptoIn(BETA, "dep-2", "250 USDC SOLANA", { status: "REFUNDED" })),
          settled(refund(BETA, "ref-2", "100 USDC SOLANA", { originalDepositId: "dep-2", at: "-40h" })),
        ),
        finds(
          found("REFUND_STATE", ["ref-9", "dep-1"], "0.5", "critical"),
          found("LED_STATUS_MISMATCH", "dep-2", "150", "critical"),
        ),
      ),
    ],
  ),
  world(
    "05 a refund open for longer than a refund may be, one that is not, and one that came back",
    "ALPHA's refund has been pending for 30 hours, so that the money of a REFUNDED deposit stands; BETA's for 3, which is in flight. GAMMA's refund of what never came in was itself taken back.",
    [
      first(
        merge(
          wholeBack,
          tx(wholeBack),
          slow,
          underWay,
          tx(underWay),
          refund(BETA, "ref-2", "250 USDC SOLANA", {
            originalDepositId: "dep-2",
            status: "PENDING",
            createdAt: "-3h",
            at: "-3h",
          }),
          opening(GAMMA, "2 BTC BITCOIN"),
          cryptoIn(GAMMA, "dep-3", "0.5 BTC BITCOIN", { status: "REJECTED" }),
          bounced,
          tx(bounced, { status: "REVERSED" }),
          back(bounced),
        ),
        finds(found("LED_STATUS_MISMATCH", "dep-1", "250", "critical"), found("AGE_STUCK", "ref-1")),
      ),
    ],
  ),
  world(
    "05 a second part that never comes",
    "On the first night 150 of the 250 are still under way; on the third, the refund has failed and the 150 stand.",
    [
      first(
        merge(
          wholeBack,
          tx(wholeBack),
          settled(halfBack),
          refundOf("ref-2", "150 USDC SOLANA", "dep-1", { status: "PENDING", createdAt: "-3h", at: "-3h" }),
        ),
        silent,
      ),
      next(
        changes("crypto_refunds", { refundId: "ref-2", status: "FAILED", updatedAt: "-5h" }),
        finds(found("LED_STATUS_MISMATCH", "dep-1", "150", "critical")),
      ),
    ],
  ),
]

const withFee = cryptoIn(ALPHA, "dep-1", "3 ETH ETHEREUM", { fee: "0.1", status: "REFUNDED" })
const grossBack = cryptoIn(BETA, "dep-2", "100 USDT TRON", { fee: "2", status: "REFUNDED" })
const twice = cryptoIn(BETA, "dep-3", "60 USDC SOLANA")
const later = cryptoIn(GAMMA, "dep-4", "0.2 BTC BITCOIN")

const six: ReadonlyArray<World> = [
  world(
    "06 refunds tie: the net went back in two parts, and the gross in one",
    "Of 3 ETH less 0.1, 1.5 and 1.4 went back, and what the refunds cost is theirs. Of BETA's 100 less 2 all 100 went back, the deposit's own fee with it.",
    [
      first(
        merge(
          opening(ALPHA, "1 ETH ETHEREUM"),
          withFee,
          tx(withFee),
          settled(
            refundOf("ref-1", "1.5 ETH ETHEREUM", "dep-1", { fee: "0.01" }),
            refundOf("ref-2", "1.4 ETH ETHEREUM", "dep-1", { fee: "0.01", at: "-39h" }),
          ),
          opening(BETA, "50 USDT TRON"),
          grossBack,
          tx(grossBack),
          settled(refund(BETA, "ref-3", "100 USDT TRON", { originalDepositId: "dep-2", at: "-40h" })),
        ),
        clean,
      ),
    ],
  ),
  world(
    "06 refunds tie: one failed, and the next one went through",
    "The failed one moved nothing. The deposit came in on the first night and was refunded on the second.",
    [
      first(settled(later), clean),
      next(
        merge(
          changes("crypto_deposits", { depositId: "dep-4", status: "REFUNDED", updatedAt: "-5h" }),
          refund(GAMMA, "ref-1", "0.2 BTC BITCOIN", { originalDepositId: "dep-4", status: "FAILED", at: "-7h" }),
          settled(refund(GAMMA, "ref-2", "0.2 BTC BITCOIN", { originalDepositId: "dep-4", at: "-5h" })),
        ),
        clean,
      ),
    ],
  ),
  world(
    "06 two refunds of one deposit, and neither came back",
    "60 came in, and 60 left twice: both refunds are settled.",
    [
      first(
        merge(
          opening(BETA, "500 USDC SOLANA"),
          settled(
            twice,
            refund(BETA, "ref-3", "60 USDC SOLANA", { originalDepositId: "dep-3", at: "-40h" }),
            refund(BETA, "ref-4", "60 USDC SOLANA", { originalDepositId: "dep-3", at: "-38h" }),
          ),
        ),
        finds(found("REFUND_EXCESS", "dep-3", "60", "critical")),
      ),
    ],
  ),
]

export const undoneAndRefunds: ReadonlyArray<World> = [...four, ...five, ...six]
