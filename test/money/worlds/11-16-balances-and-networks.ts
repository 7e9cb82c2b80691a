import { clean, finds, first, found, next, orAlso, partial, silent, world } from "../expected.ts"
import {
  ALPHA,
  BETA,
  balance,
  balanceOf,
  cryptoIn,
  cryptoOut,
  DELTA,
  fiatIn,
  fiatOut,
  GAMMA,
  loose,
  merge,
  opening,
  payment,
  settled,
  tx,
} from "../rows.ts"
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

const crossed = cryptoOut(ALPHA, "wd-1", "40 USDC SOLANA")
const split = cryptoIn(BETA, "dep-2", "100 USDT TRON")
const unnamed = cryptoIn(GAMMA, "dep-3", "60 USDT TRON")
const byNetwork = { tie: "-0s", byNetwork: true } as const

const fourteen: ReadonlyArray<World> = [
  world(
    "14 a withdrawal on another network, and a deposit of which a part is",
    "40 USDC should leave on SOLANA and left on ETHEREUM; of 100 USDT on TRON, 40 were booked on ETHEREUM.",
    [
      first(
        merge(
          opening(ALPHA, "100 USDC SOLANA"),
          settled(cryptoIn(ALPHA, "dep-1", "70 USDC ETHEREUM")),
          crossed,
          tx(crossed, { network: "ETHEREUM" }),
          split,
          tx(split, { money: "60 USDT TRON" }),
          tx(split, { id: "b", money: "40 USDT ETHEREUM" }),
          { balances: byNetwork },
        ),
        orAlso(
          finds(
            found("LED_NETWORK_MISMATCH", "wd-1", "40", "critical"),
            found("LED_NETWORK_MISMATCH LED_*", "dep-2", "40"),
          ),
          `BAL_* ${balanceOf(ALPHA, "USDC")}`,
          `BAL_* ${balanceOf(BETA, "USDT")}`,
          "LED_* dep-2",
        ),
      ),
    ],
  ),
  world(
    "14 below zero on one network, and components that are off on two",
    "ALPHA is at -0.1 BTC on LIGHTNING and 0.3 on BITCOIN; BETA's ETH is available for 5 too many here and 5 too few there.",
    [
      first(
        merge(
          settled(
            cryptoIn(ALPHA, "dep-1", "0.3 BTC BITCOIN"),
            cryptoOut(ALPHA, "wd-1", "0.1 BTC LIGHTNING"),
            cryptoIn(BETA, "dep-2", "20 ETH ETHEREUM"),
            cryptoIn(BETA, "dep-3", "30 ETH ARBITRUM"),
          ),
          {
            balances: {
              ...byNetwork,
              but: { "BETA/ETH/ETHEREUM": { available: "25" }, "BETA/ETH/ARBITRUM": { available: "25" } },
            },
          },
        ),
        orAlso(
          finds(
            found("BAL_NEGATIVE", balanceOf(ALPHA, "BTC"), "0.1", "high"),
            found("BAL_COMPONENTS", balanceOf(BETA, "ETH"), "5", "high"),
          ),
          `BAL_COMPONENTS ${balanceOf(BETA, "ETH")}`,
        ),
      ),
    ],
  ),
  world(
    "14 one network has what the other lacks",
    "1 USDC stands on SOLANA that came in on ETHEREUM: the sum agrees, and neither row does.",
    [
      first(
        merge(settled(cryptoIn(ALPHA, "dep-1", "60 USDC SOLANA"), cryptoIn(ALPHA, "dep-2", "40 USDC ETHEREUM")), {
          balances: [balance(ALPHA, "61 USDC SOLANA"), balance(ALPHA, "39 USDC ETHEREUM")],
        }),
        finds(
          found("BAL_INCEPTION", balanceOf(ALPHA, "USDC"), "1", "critical"),
          found("BAL_INCEPTION", balanceOf(ALPHA, "USDC"), "1", "critical"),
        ),
      ),
    ],
  ),
  world(
    "14 near miss: where a transaction states no network, nothing is compared by it",
    "The deposit says TRON, its transaction says nothing, and the balance is one row.",
    [
      first(
        merge(unnamed, { transactions: (tx(unnamed).transactions ?? []).map(({ network, ...row }) => row) }),
        clean,
      ),
    ],
  ),
]

const onTwo = (who: Customer) =>
  settled(
    cryptoIn(who, `dep-${who.partnerCustomerRef}-1`, "60 USDC SOLANA"),
    cryptoIn(who, `dep-${who.partnerCustomerRef}-2`, "40 USDC ETHEREUM"),
  )

const fifteen: ReadonlyArray<World> = [
  world(
    "15 networks read two hours apart, and something came in between",
    "The older row does not hold what was posted on its network after it, the newer one holds what was posted on its own.",
    [
      first(
        merge(
          settled(
            cryptoIn(ALPHA, "dep-1", "2 ETH ETHEREUM"),
            cryptoIn(ALPHA, "dep-2", "0.5 ETH ETHEREUM", { at: "-1h", createdAt: "-3h" }),
            cryptoIn(ALPHA, "dep-3", "1 ETH ARBITRUM", { at: "-1h", createdAt: "-3h" }),
          ),
          { balances: { ...byNetwork, but: { "ALPHA/ETH/ETHEREUM": { asOf: "-2h", total: "2", available: "2" } } } },
        ),
        clean,
      ),
      next({ balances: byNetwork }, clean),
    ],
  ),
  world(
    "15 a total beside its networks, and networks beside a transaction that names none",
    "ALPHA has a row without network that is the sum of the others. One of BETA's transactions states no network, so the rows are summed.",
    [
      first(
        merge(onTwo(ALPHA), onTwo(BETA), {
          balances: [
            balance(ALPHA, "60 USDC SOLANA"),
            balance(ALPHA, "40 USDC ETHEREUM"),
            balance(ALPHA, "100 USDC"),
            balance(BETA, "60 USDC SOLANA"),
            balance(BETA, "40 USDC ETHEREUM", { asOf: "-250ms" }),
          ],
          transactions: [...(onTwo(ALPHA).transactions ?? []), ...(onTwo(BETA).transactions ?? [])].map((row) => {
            const { network, ...rest } = row
            return row.transactionId === "t-dep-BETA-2" ? rest : row
          }),
        }),
        clean,
      ),
    ],
  ),
  world(
    "15 read apart for two nights, and on the second one network lacks something",
    "250 ms are nothing. On the second night 5 USDC are missing on SOLANA alone.",
    [
      first(
        merge(onTwo(ALPHA), { balances: { ...byNetwork, but: { "ALPHA/USDC/SOLANA": { asOf: "-250ms" } } } }),
        clean,
      ),
      next(
        { balances: { ...byNetwork, but: { "ALPHA/USDC/SOLANA": { asOf: "-250ms", total: "55", available: "55" } } } },
        orAlso(
          finds(found("BAL_ROLLFORWARD BAL_INCEPTION", balanceOf(ALPHA, "USDC"), "5", "critical")),
          `BAL_* ${balanceOf(ALPHA, "USDC")}`,
        ),
      ),
    ],
  ),
]

const tomorrow = fiatIn(ALPHA, "dep-1", "4000 JPY")

const sixteen: ReadonlyArray<World> = [
  world(
    "16 completed the day after tomorrow",
    "The withdrawal's transaction has the right date, the record itself one that has not come yet.",
    [
      first(
        merge(
          opening(ALPHA, "2 BTC BITCOIN"),
          settled(cryptoOut(ALPHA, "wd-1", "0.4 BTC BITCOIN", { completedAt: "+2d" })),
        ),
        finds(found("REC_FUTURE", "wd-1", undefined, "high")),
      ),
    ],
  ),
  world(
    "16 posted in twenty hours, and a night later that has passed",
    "On the second night the time is no longer ahead, and the balance holds the money.",
    [
      first(merge(tomorrow, tx(tomorrow, { createdAt: "-50h", at: "+20h" })), finds(found("REC_FUTURE", "t-dep-1"))),
      next({}, silent),
    ],
  ),
  world(
    "16 an hour ahead of the API's clock, though not of ours",
    "This machine's clock is two hours fast, so that an hour ahead looks like an hour ago.",
    [
      first(
        merge(opening(ALPHA, "9 KWD"), loose(ALPHA, "fee-1", "FEE", "1 KWD", { createdAt: "-2h", at: "+1h" })),
        finds(found("REC_FUTURE", "t-fee-1")),
        { clock: "+2h" },
      ),
    ],
  ),
  world(
    "16 near misses: four minutes ahead, and an hour ago by a clock that is slow",
    "Clocks differ by minutes. And this machine's clock is three hours slow, which makes nothing a thing of the future.",
    [
      first(
        merge(
          settled(payment(ALPHA, "pay-1", "20 USDC SOLANA", { at: "-1h", createdAt: "-2h" })),
          opening(DELTA, "100 EUR"),
          settled(fiatIn(DELTA, "dep-1", "30 EUR", { at: "+4m", createdAt: "-2h" })),
        ),
        clean,
        { clock: "-3h" },
      ),
    ],
  ),
]

export const balancesAndNetworks: ReadonlyArray<World> = [
  ...eleven,
  ...twelve,
  ...thirteen,
  ...fourteen,
  ...fifteen,
  ...sixteen,
]
