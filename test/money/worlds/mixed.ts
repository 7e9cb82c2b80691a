import { clean, finds, first, found, next, orAlso, silent, world } from "../expected.ts"
import { opening, settled, tx } from "../postings.ts"
import {
  ALPHA,
  BETA,
  balance,
  balanceOf,
  changes,
  checkout,
  cryptoIn,
  cryptoOut,
  DELTA,
  fiatIn,
  fiatOut,
  GAMMA,
  hashOf,
  merge,
  payment,
  refund,
} from "../rows.ts"
import type { World } from "../world.ts"

const transfer = hashOf("one transfer")
const batch = hashOf("one batch")
const sentBack = cryptoIn(ALPHA, "dep-1", "100 USDT TRON", { status: "REFUNDED" })

const late = fiatOut(ALPHA, "wd-1", "20 EUR", { at: "-20m" })
const touched = { updatedAt: "-20m" }

const unmade = (id: string) =>
  merge(
    changes("fiat_deposits", { depositId: id, status: "FAILED", completedAt: null, updatedAt: "-5h" }),
    changes("transactions", { transactionId: `t-${id}`, status: "FAILED", postedAt: null, updatedAt: "-5h" }),
  )
const reversed = fiatIn(BETA, "dep-2", "70 JPY")

export const mixed: ReadonlyArray<World> = [
  world(
    "mixed: one transfer out by two names, amounts below zero that agree, and one balance with two totals",
    "ALPHA's 100 USDT left once and were debited as a refund and as a withdrawal; BETA's batch of two amounts is right. GAMMA's deposit of -100 takes 100. DELTA has 400 EUR and 500 EUR at the same instant.",
    [
      first(
        merge(
          opening(ALPHA, "900 USDT TRON"),
          settled(
            sentBack,
            refund(ALPHA, "ref-1", "100 USDT TRON", { originalDepositId: "dep-1", at: "-40h", txHash: transfer }),
            cryptoOut(ALPHA, "wd-1", "100 USDT TRON", { at: "-39h", txHash: transfer }),
          ),
          opening(BETA, "900 USDT TRON"),
          settled(
            cryptoOut(BETA, "wd-2", "100 USDT TRON", { at: "-39h", txHash: batch }),
            cryptoOut(BETA, "wd-3", "70 USDT TRON", { at: "-38h", txHash: batch }),
          ),
          opening(GAMMA, "500 EUR"),
          settled(fiatIn(GAMMA, "dep-4", "-100 EUR")),
          opening(DELTA, "500 EUR"),
          {
            balances: {
              tie: "-0s",
              but: { "DELTA/EUR": { total: "400", available: "400" } },
              and: [balance(DELTA, "500 EUR")],
            },
          },
        ),
        finds(
          found("TX_HASH_REUSED", "wd-1", "100", "critical"),
          found("REC_ARITHMETIC", "dep-4", "100", "high"),
          found("REC_ARITHMETIC", "t-dep-4", "100", "high"),
          found("REC_CONTRADICTED", balanceOf(DELTA, "EUR"), undefined, "high"),
        ),
      ),
    ],
  ),
  world(
    "mixed: a posting that is struck out, and one that is reversed",
    "ALPHA's deposit and its transaction say FAILED on the second night, and the balance is lowered as if nothing had ever been posted. BETA's was reversed, as it should be.",
    [
      first(
        merge(opening(ALPHA, "5 EUR"), settled(fiatIn(ALPHA, "dep-1", "70 EUR"), reversed), opening(BETA, "900 JPY")),
        clean,
      ),
      next(
        merge(
          unmade("dep-1"),
          changes("fiat_deposits", { depositId: "dep-2", status: "REVERSED", updatedAt: "-5h" }),
          changes("transactions", { transactionId: "t-dep-2", status: "REVERSED", updatedAt: "-5h" }),
          tx(reversed, { id: "back", direction: "DEBIT", at: "-5h" }),
        ),
        orAlso(
          finds(found("REC_STATUS_REGRESSION", "t-dep-1", "70", "high")),
          `BAL_ROLLFORWARD ${balanceOf(ALPHA, "EUR")}`,
        ),
      ),
    ],
  ),
  world(
    "mixed: what is touched anew every night has no grace for ever",
    "ALPHA's withdrawal was completed twenty minutes before the first night and says the same of each night after; nothing is posted. BETA's checkout says PAID with 60 of 100. GAMMA's has changed tonight, and has its hour.",
    [
      first(
        merge(
          opening(ALPHA, "500 EUR"),
          late,
          settled(payment(BETA, "pay-1", "60 USDT TRON", { checkoutId: "co-1" })),
          checkout(BETA, "co-1", "100 USDT", "60", "PAID", touched),
          settled(payment(GAMMA, "pay-2", "60 USDT TRON", { checkoutId: "co-2" })),
          checkout(GAMMA, "co-2", "100 USDT", "60", "PARTIALLY_PAID"),
        ),
        silent,
      ),
      next(
        merge(
          changes("fiat_withdrawals", { withdrawalId: "wd-1", completedAt: "-20m", ...touched }),
          changes("checkouts", { checkoutId: "co-1", ...touched }, { checkoutId: "co-2", status: "PAID", ...touched }),
        ),
        finds(found("LED_MISSING_TRANSACTION", "wd-1", "20"), found("COLL_STATUS", "co-1", "40")),
      ),
    ],
  ),
]
