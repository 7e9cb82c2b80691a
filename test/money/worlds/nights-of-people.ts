import { accept, finds, first, found, next, world } from "../expected.ts"
import { back, opening, settled, tx } from "../postings.ts"
import { ALPHA, BETA, changes, fiatOut, merge } from "../rows.ts"
import type { World } from "../world.ts"

const lone = fiatOut(ALPHA, "wd-1", "100 EUR")
const returned = fiatOut(BETA, "wd-2", "70 EUR")
const accepted = { exit: 0, exceptions: [], nothingElse: true, verdict: "ACCEPTED" } as const

export const nightsOfPeople: ReadonlyArray<World> = [
  world(
    "people: what was accepted stays so under whatever code would tell it, until money moves",
    "ALPHA's withdrawal has no transaction, and a person accepts it. Then one is pending, fails, and half of the money moves. BETA's was debited and came back; a person accepts it, and then the debit is called REVERSED.",
    [
      first(
        merge(opening(ALPHA, "500 EUR"), lone, opening(BETA, "500 EUR"), settled(returned), back(returned)),
        finds(
          found("LED_MISSING_TRANSACTION", "wd-1", "100", "critical"),
          found("LED_AMOUNT_MISMATCH LED_STATUS_MISMATCH", "wd-2", "70", "high"),
        ),
      ),
      next(tx(lone, { status: "PENDING", at: "-5h" }), accepted, { acts: [accept()] }),
      next(
        merge(
          changes("transactions", { transactionId: "t-wd-1", status: "FAILED", updatedAt: "-5h" }),
          changes("transactions", { transactionId: "t-wd-2", status: "REVERSED", updatedAt: "-5h" }),
        ),
        {
          ...accepted,
          reports: {
            acceptances: [
              { record_id: "wd-1", at_stake: "100", stands: "yes" },
              { record_id: "wd-2", at_stake: "70", stands: "yes" },
            ],
          },
        },
      ),
      next(
        merge(tx(lone, { id: "half", money: "50 EUR", at: "-5h" }), tx(returned, { id: "again", at: "-5h" })),
        finds(found("LED_AMOUNT_MISMATCH", "wd-1", "50")),
      ),
    ],
  ),
]
