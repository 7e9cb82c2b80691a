import { clean, finds, first, found, next, orAlso, partial, silent, world } from "../expected.ts"
import { opening, settled, tx } from "../postings.ts"
import { ALPHA, BETA, balanceOf, cryptoIn, cryptoOut, fiatIn, fiatOut, GAMMA, merge } from "../rows.ts"
import type { Customer, Lists, Row, World } from "../world.ts"

/** 1,000 some days ago, and 200 at `at` that the balance, as it was at `asOf`, does not hold. */
const notIn = (who: Customer, currency: string, at: string): Lists =>
  settled(
    fiatIn(who, `dep-${who.partnerCustomerRef}-1`, `1000 ${currency}`, { at: "-6d" }),
    fiatIn(who, `dep-${who.partnerCustomerRef}-2`, `200 ${currency}`, { at }),
  )
const old = (asOf: string): Row => ({ asOf, total: "1000", available: "1000" })

const eleven: ReadonlyArray<World> = [
  world(
    "11 thirty hours are too old, 24 and a half are in grace, and an account in which nothing moves is not stale",
    "ALPHA's JPY moved after a balance of 30 hours ago; BETA's is half an hour past the limit, in grace; GAMMA's has not moved since.",
    [
      first(
        merge(
          notIn(ALPHA, "JPY", "-20h"),
          notIn(BETA, "JPY", "-20h"),
          settled(fiatIn(GAMMA, "dep-g", "1000 JPY", { at: "-12d" })),
          {
            balances: {
              tie: "-0s",
              but: { "ALPHA/JPY": old("-30h"), "BETA/JPY": old("-1470m"), "GAMMA/JPY": { asOf: "-10d" } },
            },
          },
        ),
        finds(found("BAL_STALE", balanceOf(ALPHA, "JPY"))),
      ),
    ],
  ),
  world(
    "11 ten minutes ahead, and three",
    "A balance may be up to five minutes past the API's own clock; ALPHA's is ten, whatever this machine's clock says.",
    [
      first(
        merge(settled(cryptoIn(ALPHA, "dep-1", "1 BTC BITCOIN"), cryptoIn(BETA, "dep-2", "1 BTC BITCOIN")), {
          balances: { tie: "-0s", but: { "ALPHA/BTC": { asOf: "+10m" }, "BETA/BTC": { asOf: "+3m" } } },
        }),
        finds(found("BAL_STALE REC_FUTURE", balanceOf(ALPHA, "BTC"))),
        { clock: "+2h" },
      ),
    ],
  ),
  world(
    "11 a limit of six hours, and a balance that is taken anew",
    "Eight hours are too old where the limit is six. On the second night the balance is fresh, and nothing is wrong.",
    [
      first(
        merge(notIn(ALPHA, "KWD", "-5h"), { balances: { tie: "-0s", but: { "ALPHA/KWD": old("-8h") } } }),
        finds(found("BAL_STALE", balanceOf(ALPHA, "KWD"))),
      ),
      next({}, silent),
    ],
    { checks: { BAL_STALE: { limitHours: 6 } } },
  ),
  world(
    "11 an API that goes on, though what is new on it cannot be read",
    "All that can be read is six days old, and a deposit of two hours ago cannot be read: that is told, and the API does not stand still.",
    [
      first(
        merge(
          settled(fiatIn(ALPHA, "dep-1", "70 EUR", { at: "-6d" })),
          fiatIn(BETA, "dep-2", "9O JPY", { at: "-2h" }),
          {
            balances: { tie: "-5d" },
          },
        ),
        finds(found("REC_INVALID", "dep-2")),
      ),
    ],
  ),
  world(
    "11 an API that stands still as a whole",
    "The newest record is six days old and every balance five: one exception of the night, and none of each customer.",
    [
      first(
        merge(
          settled(fiatIn(ALPHA, "dep-1", "70 EUR", { at: "-6d" }), fiatIn(BETA, "dep-2", "90 JPY", { at: "-7d" })),
          { balances: { tie: "-5d" } },
        ),
        finds({ codes: ["COV_STALE"] }),
      ),
    ],
  ),
]

const backdated = settled(cryptoOut(ALPHA, "wd-2", "0.25 ETH ETHEREUM", { createdAt: "-5h", at: "-4h" }))
const datedBack = (lists: Lists): Lists => ({
  ...lists,
  transactions: (lists.transactions ?? []).map((row) => ({
    ...row,
    createdAt: "-5h",
    updatedAt: "-4h",
    postedAt: "-90h",
  })),
})
const pounds = settled(fiatIn(ALPHA, "dep-1", "100 GBP", { at: "-80h" }))
const fifty = fiatIn(ALPHA, "dep-2", "50 GBP", { createdAt: "-5h", at: "-4h" })

const twelve: ReadonlyArray<World> = [
  world(
    "12 a withdrawal dated back behind two nights without transactions",
    "Proven was 2 ETH. Two nights later the transactions are read again, and 0.25 that left have a date from before. BETA's 50 GBP have the date of the night in between, and are right.",
    [
      first(merge(opening(ALPHA, "2 ETH ETHEREUM"), settled(fiatIn(BETA, "dep-1", "100 GBP", { at: "-80h" }))), clean),
      next(
        merge(datedBack(backdated), settled(fiatIn(BETA, "dep-2", "50 GBP", { createdAt: "-5h", at: "-4h" }))),
        { exit: 4, exceptions: [], verdict: "not CLEAN" },
        { unavailable: ["transactions"] },
      ),
      next({}, { exit: 4, exceptions: [], verdict: "not CLEAN" }, { unavailable: ["transactions"] }),
      next(
        {},
        {
          ...orAlso(finds(found("BAL_ROLLFORWARD", balanceOf(ALPHA, "ETH"), "0.25", "critical")), "COV_LATE_ARRIVAL"),
          reports: {
            rollforward: [
              { partner_customer_ref: "ALPHA", currency: "ETH", opening: "2" },
              { partner_customer_ref: "BETA", currency: "GBP", opening: "100", reported_closing: "150" },
            ],
          },
        },
      ),
    ],
  ),
  world(
    "12 a deposit dated back on a night without balances",
    "The balances could not be read on the second night, so the third opens at the first's, and 50 GBP have no place in between.",
    [
      first(pounds, clean),
      next(
        merge(fifty, datedBack(tx(fifty))),
        { exit: 4, exceptions: [], verdict: "not CLEAN" },
        { unavailable: ["balances"] },
      ),
      next(
        {},
        orAlso(finds(found("BAL_ROLLFORWARD", balanceOf(ALPHA, "GBP"), "50.00", "critical")), "COV_LATE_ARRIVAL"),
      ),
    ],
  ),
  world(
    "12 dated back, and found on the night that could not read another's list",
    "BETA's transactions could not be read. ALPHA's could, and the 50 GBP dated into the closed period are told at once.",
    [
      first(merge(pounds, settled(fiatIn(BETA, "dep-b", "7 GBP"))), clean),
      next(
        merge(fifty, datedBack(tx(fifty))),
        partial(found("BAL_ROLLFORWARD", balanceOf(ALPHA, "GBP"), "50.00", "critical")),
        { unavailable: ["BETA/transactions"] },
      ),
    ],
  ),
]

const thirteen: ReadonlyArray<World> = [
  world(
    "13 a row that was proven disappears, and comes back",
    "100 USDC were proven; on the second night there is no row, and the 100 are nowhere; on the third the row is there again. What BETA and GAMMA withdrew whole need not be stated.",
    [
      first(
        merge(
          settled(
            cryptoIn(ALPHA, "dep-1", "100 USDC SOLANA"),
            cryptoIn(BETA, "dep-2", "0.1 BTC BITCOIN"),
            cryptoOut(BETA, "wd-2", "0.1 BTC BITCOIN", { at: "-40h" }),
            fiatIn(GAMMA, "dep-3", "40 KWD"),
          ),
          { balances: { tie: "-0s", but: { "BETA/BTC": null } } },
        ),
        clean,
      ),
      next(
        merge(settled(fiatOut(GAMMA, "wd-3", "40 KWD", { at: "-5h" })), { balances: [] }),
        finds(found("BAL_UNSTATED BAL_*", balanceOf(ALPHA, "USDC"), "100")),
      ),
      next({}, silent),
    ],
  ),
  world(
    "13 there never was a row",
    "7,000 JPY came in, and the list of balances is empty, while BETA's is as it should be.",
    [
      first(
        merge(settled(fiatIn(ALPHA, "dep-1", "7000 JPY"), fiatIn(BETA, "dep-2", "7000 JPY")), {
          balances: { tie: "-0s", but: { "ALPHA/JPY": null } },
        }),
        finds(found("BAL_UNSTATED", balanceOf(ALPHA, "JPY"), "7000", "high")),
      ),
    ],
  ),
  world(
    "13 a row leaves with half of it withdrawn",
    "5 of 10 KWD were withdrawn on the second day, and then the row is gone, with 5 that nobody states. A list of BETA's cannot be read.",
    [
      first(merge(settled(fiatIn(ALPHA, "dep-1", "10 KWD")), opening(BETA, "3 KWD")), clean),
      next(
        merge(settled(fiatOut(ALPHA, "wd-1", "5 KWD", { at: "-5h" })), {
          balances: { tie: "-0s", but: { "ALPHA/KWD": null } },
        }),
        partial(found("BAL_UNSTATED BAL_*", balanceOf(ALPHA, "KWD"), "5", "high")),
        { unavailable: ["BETA/fiat_deposits"] },
      ),
    ],
  ),
]

export const balances: ReadonlyArray<World> = [...eleven, ...twelve, ...thirteen]
