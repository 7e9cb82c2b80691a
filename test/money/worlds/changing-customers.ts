import { accept, finds, first, found, next, silent, world } from "../expected.ts"
import { opening, tx } from "../postings.ts"
import { ALPHA, BETA, balanceOf, changes, fiatIn, merge } from "../rows.ts"
import type { World } from "../world.ts"

const handedOver = [
  fiatIn(BETA, "dep-7", "100 EUR"),
  fiatIn(BETA, "dep-8", "70 EUR"),
  fiatIn(BETA, "dep-9", "30 EUR"),
] as const
const toAlpha = { customerId: ALPHA.customerId }

export const changingCustomers: ReadonlyArray<World> = [
  world(
    "what was found of a customer's records is settled where they stand now, when the customer has left the roster",
    "Three deposits of BETA's lack their transactions, and a person accepts two. All become ALPHA's, the first two with a transaction each, and BETA leaves. What was accepted is put right with that, so that it is told when the transaction is gone again; and what was accepted of BETA is not of ALPHA.",
    [
      first(
        merge(opening(ALPHA, "500 EUR"), ...handedOver),
        finds(
          found("LED_MISSING_TRANSACTION", "dep-7", "100"),
          found("LED_MISSING_TRANSACTION", "dep-8", "70"),
          found("LED_MISSING_TRANSACTION", "dep-9", "30"),
        ),
      ),
      next(
        merge(
          changes("fiat_accounts", { fiatAccountId: "fa-beta-eur", ...toAlpha }),
          changes(
            "fiat_deposits",
            { depositId: "dep-7", ...toAlpha },
            { depositId: "dep-8", ...toAlpha },
            { depositId: "dep-9", ...toAlpha },
          ),
          tx(fiatIn(ALPHA, "dep-7", "100 EUR"), { at: "-5h" }),
          tx(fiatIn(ALPHA, "dep-8", "70 EUR"), { at: "-5h" }),
        ),
        finds(
          found("REC_MUTATED", "dep-7"),
          found("REC_MUTATED", "dep-8"),
          found("REC_MUTATED", "dep-9"),
          found("LED_MISSING_TRANSACTION", "dep-9", "30"),
          found("COV_CUSTOMER_DROPPED", BETA.customerId),
        ),
        {
          acts: [accept("LED_MISSING_TRANSACTION", "dep-8"), accept("LED_MISSING_TRANSACTION", "dep-9")],
          dropped: ["BETA"],
        },
      ),
      next({}, silent, {
        acts: [["customers", "retire", BETA.customerId, "--reason", "merged", "--by", "controller"], accept()],
        dropped: ["BETA"],
      }),
      next(
        {},
        finds(
          found("LED_MISSING_TRANSACTION", "dep-8", "70"),
          found("COV_VANISHED", "t-dep-8", "70"),
          found("BAL_ROLLFORWARD", balanceOf(ALPHA, "EUR"), "70"),
        ),
        { gone: ["t-dep-8"], dropped: ["BETA"] },
      ),
    ],
  ),
]
