import { clean, finds, first, found, next, silent, world } from "../expected.ts"
import { back, opening, settled, tx } from "../postings.ts"
import { ALPHA, BETA, changes, cryptoOut, DELTA, fiatIn, fiatOut, GAMMA, merge } from "../rows.ts"
import type { World } from "../world.ts"

const failed = { status: "FAILED", at: "-20m" }
const stands = fiatOut(ALPHA, "wd-1", "20 EUR", failed)
const cent = fiatOut(BETA, "wd-2", "1 EUR", failed)
const hashless = cryptoOut(GAMMA, "wd-3", "20 USDT TRON", { at: "-20m", txHash: null })
const turned = fiatIn(DELTA, "dep-4", "70 JPY", { at: "-20m" })

/** A cent that leaves and comes back shortly before a night. */
const toAndFro = (night: string) =>
  merge(
    tx(stands, { id: `${night}-out`, money: "0.01 EUR", at: "-15m" }),
    back(stands, { id: `${night}-in`, amount: "0.01", at: "-10m" }),
  )

export const grace: ReadonlyArray<World> = [
  world(
    "grace: it begins once for one difference, whatever is posted or touched before each night",
    "ALPHA's withdrawal FAILED and its debit stands; a cent goes to and fro before every night. BETA's came back, and another FAILED one stands shortly before the third night. GAMMA's withdrawal without a hash is completed anew every night. DELTA's deposit was completed before the first night and has FAILED before the second, with the money posted between.",
    [
      first(
        merge(
          opening(ALPHA, "500 EUR"),
          stands,
          tx(stands),
          toAndFro("1"),
          opening(BETA, "500 EUR"),
          cent,
          tx(cent),
          opening(GAMMA, "500 USDT TRON"),
          settled(hashless),
          turned,
        ),
        silent,
      ),
      next(
        merge(
          toAndFro("2"),
          back(cent, { at: "-23h" }),
          changes("crypto_withdrawals", { withdrawalId: "wd-3", completedAt: "-20m", updatedAt: "-20m" }),
          changes("fiat_deposits", { depositId: "dep-4", status: "FAILED", completedAt: null, updatedAt: "-20m" }),
          tx(turned, { at: "-23h" }),
        ),
        finds(found("LED_STATUS_MISMATCH", "wd-1", "20", "critical"), found("TX_HASH_MISSING", "wd-3", "20")),
      ),
      next(
        merge(
          toAndFro("3"),
          tx(cent, { id: "again", at: "-20m" }),
          changes("crypto_withdrawals", { withdrawalId: "wd-3", completedAt: "-20m", updatedAt: "-20m" }),
          back(turned, { at: "-23h" }),
        ),
        finds(found("LED_STATUS_MISMATCH", "wd-1", "20", "critical"), found("TX_HASH_MISSING", "wd-3", "20")),
      ),
      next(
        merge(
          back(stands, { at: "-5h" }),
          back(cent, { id: "again-back", at: "-5h" }),
          changes("crypto_withdrawals", { withdrawalId: "wd-3", txHash: "0xabc" }),
        ),
        clean,
      ),
    ],
  ),
]
