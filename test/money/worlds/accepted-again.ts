import { accept, finds, first, found, next, orAlso, partial, world } from "../expected.ts"
import { opening, settled, tx } from "../postings.ts"
import {
  ALPHA,
  BETA,
  balanceOf,
  changes,
  checkout,
  cryptoOut,
  DELTA,
  fiatIn,
  GAMMA,
  hashOf,
  merge,
  payment,
} from "../rows.ts"
import type { World } from "../world.ts"

const hashless = cryptoOut(ALPHA, "wd-1", "20 USDT TRON", { txHash: null })
const components = (held: string) => ({
  balances: { tie: "-0s", but: { "BETA/EUR": { held } } },
})
const short = fiatIn(DELTA, "dep-4", "70 JPY")

export const acceptedAgain: ReadonlyArray<World> = [
  world(
    "accepted: what was accepted, put right, and is there again is told; what nobody could look at meanwhile is not",
    "ALPHA's hash was missing, came, and is gone; BETA's held 5 came out of nothing, were right, and are back; GAMMA's checkout says PAID with 60, with 100, and with 60 again. DELTA's deposit lacks 5 all the time, and its transactions are unread on the second night.",
    [
      first(
        merge(
          opening(ALPHA, "500 USDT TRON"),
          settled(hashless),
          opening(BETA, "500 EUR"),
          settled(payment(GAMMA, "pay-3", "60 USDT TRON", { checkoutId: "co-3" })),
          checkout(GAMMA, "co-3", "100 USDT", "60", "PAID"),
          short,
          tx(short, { money: "65 JPY" }),
          components("5"),
        ),
        finds(
          found("TX_HASH_MISSING", "wd-1", "20"),
          found("BAL_COMPONENTS", balanceOf(BETA, "EUR"), "5"),
          found("COLL_STATUS", "co-3", "40"),
          found("LED_AMOUNT_MISMATCH", "dep-4", "5"),
        ),
      ),
      next(
        merge(
          changes("crypto_withdrawals", { withdrawalId: "wd-1", txHash: hashOf("wd-1") }),
          changes("checkouts", { checkoutId: "co-3", status: "PARTIALLY_PAID", updatedAt: "-5h" }),
        ),
        orAlso(partial(), "REC_STATUS_REGRESSION co-3"),
        { acts: [accept()], unavailable: ["DELTA/transactions"] },
      ),
      next(
        merge(
          changes("crypto_withdrawals", { withdrawalId: "wd-1", txHash: null }),
          changes("checkouts", { checkoutId: "co-3", status: "PAID", updatedAt: "-5h" }),
          components("5"),
        ),
        finds(
          found("TX_HASH_MISSING", "wd-1", "20"),
          found("BAL_COMPONENTS", balanceOf(BETA, "EUR"), "5"),
          found("COLL_STATUS", "co-3", "40"),
        ),
      ),
    ],
  ),
]
