import { accept, clean, finds, first, found, next, refused, world } from "../expected.ts"
import { back, opening, settled, tx } from "../postings.ts"
import { ALPHA, BETA, changes, fiatIn, fiatOut, GAMMA, merge } from "../rows.ts"
import type { World } from "../world.ts"

const lone = fiatOut(ALPHA, "wd-1", "100 EUR")
const returned = fiatOut(BETA, "wd-2", "70 EUR")
const twice = fiatOut(ALPHA, "wd-3", "100 EUR")
const failed = fiatOut(BETA, "wd-4", "70 EUR", { status: "FAILED" })
const short = fiatOut(GAMMA, "wd-5", "100 EUR")
const changed = (netAmount: string, ...ids: ReadonlyArray<string>) =>
  changes("transactions", ...ids.map((transactionId) => ({ transactionId, netAmount })))
const cents = fiatIn(ALPHA, "dep-6", "100 EUR")
const ledger = (amount: string, at: string) => ({
  "ledger.csv": `Entry,When,Amount,Currency,Customer,Ref\nl-6,{{${at}}},${amount},EUR,${ALPHA.customerId},dep-6\n`,
  "map.json": JSON.stringify({
    lineId: { column: "Entry" },
    dateTime: { column: "When" },
    amount: { column: "Amount" },
    currency: { column: "Currency" },
    customerId: { column: "Customer" },
    reference: { column: "Ref", refersTo: "resourceId" },
  }),
})
const imported = ["books", "import", "ledger.csv", "--map", "map.json"]
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
  world(
    "people: what was found or accepted stays so while a transaction of it cannot be read",
    "ALPHA's withdrawal was debited twice, BETA's failed and its debit stands, GAMMA's moved 99 of 100. A person accepts the last two. On the second night one transaction of each cannot be read, so that nobody can say whether the money is right; on the third all is as it was.",
    [
      first(
        merge(
          opening(ALPHA, "500 EUR"),
          settled(twice),
          tx(twice, { id: "b" }),
          opening(BETA, "500 EUR"),
          settled(failed),
          opening(GAMMA, "500 EUR"),
          short,
          tx(short, { money: "99 EUR" }),
        ),
        finds(
          found("LED_DUPLICATE_TRANSACTION", "wd-3", "100", "critical"),
          found("LED_STATUS_MISMATCH", "wd-4", "70", "critical"),
          found("LED_AMOUNT_MISMATCH", "wd-5", "1"),
        ),
      ),
      next(
        merge(changed("x", "t-wd-3-b", "t-wd-4", "t-wd-5"), {
          balances: {
            tie: "-0s",
            but: Object.fromEntries(
              [["ALPHA", "300"] as const, ["BETA", "430"] as const, ["GAMMA", "401"] as const].map(([who, total]) => [
                `${who}/EUR`,
                { total, available: total },
              ]),
            ),
          },
        }),
        {
          ...finds(found("LED_DUPLICATE_TRANSACTION", "wd-3", "100", "critical"), refused, refused, refused),
          unproven: ["wd-3", "wd-4", "wd-5"],
        },
        {
          acts: [accept("LED_STATUS_MISMATCH", "wd-4"), accept("LED_AMOUNT_MISMATCH", "wd-5")],
        },
      ),
      next(merge(changed("100", "t-wd-3-b"), changed("70", "t-wd-4"), changed("99", "t-wd-5")), {
        ...finds(found("LED_DUPLICATE_TRANSACTION", "wd-3", "100")),
        reports: { exceptions: [{ record_id: "wd-3", state: "open" }] },
      }),
    ],
  ),
  world(
    "people: a tolerance that is set and taken away by hand, and a ledger that is corrected",
    "Two cents are missing. Judged again with a tolerance of five, the same reading is clean; without it the difference is back, and a ledger is imported whose line is a euro off. The line is corrected, and a person accepts the two cents.",
    [
      first(merge(cents, tx(cents, { money: "99.98 EUR" })), finds(found("LED_AMOUNT_MISMATCH", "dep-6", "0.02"))),
      {
        configuration: { tolerance: { EUR: { absolute: "0.05" } } },
        by: ["reconcile", "report"],
        expect: {
          ...clean,
          reports: { conservation: [{ side: "movement", currency: "EUR", category: "within tolerance", items: "1" }] },
        },
      },
      next({}, finds(found("LED_AMOUNT_MISMATCH", "dep-6", "0.02"), found("BOOK_AMOUNT", "books/l-6", "1")), {
        configuration: {},
        files: ledger("98.98", "-98h"),
        acts: [imported],
      }),
      next({}, accepted, {
        files: ledger("99.98", "-122h"),
        acts: [imported, accept("LED_AMOUNT_MISMATCH", "dep-6")],
      }),
    ],
  ),
]
