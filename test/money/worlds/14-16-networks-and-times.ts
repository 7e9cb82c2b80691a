import { clean, finds, first, found, next, orAlso, world } from "../expected.ts"
import { loose, opening, settled, tx } from "../postings.ts"
import { ALPHA, BETA, balance, balanceOf, cryptoIn, cryptoOut, DELTA, fiatIn, GAMMA, merge, payment } from "../rows.ts"
import type { Customer, World } from "../world.ts"

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

const late = fiatIn(BETA, "dep-late", "100 EUR")

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
    "16 posted in twenty hours, and a night later that has passed; and what was missing comes by part ten minutes before",
    "On the second night the time is no longer ahead, and the balance holds the money. BETA's credit was an exception, so that what is left of it has no grace, though its code is another now.",
    [
      first(
        merge(tomorrow, tx(tomorrow, { createdAt: "-50h", at: "+20h" }), late),
        finds(found("REC_FUTURE", "t-dep-1"), found("LED_MISSING_TRANSACTION", "dep-late", "100")),
      ),
      next(tx(late, { money: "60 EUR", at: "-10m" }), finds(found("LED_AMOUNT_MISMATCH", "dep-late", "40"))),
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

export const networksAndTimes: ReadonlyArray<World> = [...fourteen, ...fifteen, ...sixteen]
