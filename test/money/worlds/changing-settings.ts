import { accept, clean, finds, first, found, next, silent, world } from "../expected.ts"
import { opening, settled, tx } from "../postings.ts"
import { ALPHA, BETA, balanceOf, changes, cryptoIn, fiatIn, GAMMA, merge } from "../rows.ts"
import type { Expectation, World } from "../world.ts"

const accepted: Expectation = { exit: 0, exceptions: [], nothingElse: true, verdict: "ACCEPTED" }

/** The same, and the night says so. */
const noting = (expected: Expectation, ...notes: ReadonlyArray<string>): Expectation => ({
  ...expected,
  reports: { summary: notes.map((item) => ({ section: "notes", item })) },
})

const other = "judged by other settings than the night before:"

const short = fiatIn(ALPHA, "dep-1", "100 EUR")
const isShort = found("LED_AMOUNT_MISMATCH", "dep-1", "0.50", "high")

const named = (currency: string) =>
  merge(
    changes("crypto_deposits", { depositId: "dep-2", currency }),
    changes("crypto_deposits", { depositId: "dep-3", currency }),
    changes("crypto_deposit_wallets", { walletId: "w-beta-matic-polygon", currency }),
    changes("transactions", { transactionId: "t-dep-2", currency }, { transactionId: "t-dep-3", currency }),
  )
const above = (currency: string, total: string) => ({
  balances: { tie: "-0s", but: { [`BETA/${currency}`]: { total, available: total } } },
})
const less = cryptoIn(BETA, "dep-3", "10 MATIC POLYGON")
const places = { currencyPlaces: { MATIC: 18, POL: 18, POLX: 18 } }

const onNetworks = (total: string) => ({
  balances: { tie: "-0s", byNetwork: true, but: { "GAMMA/USDT/TRX": { total, available: total } } },
})
const tronIsAbove = found("BAL_INCEPTION", balanceOf(GAMMA, "USDT"), "10")

export const changingSettings: ReadonlyArray<World> = [
  world(
    "settings: what a tolerance or a check that is switched off hides is said, and comes back under its id",
    "A deposit of 100 moved 99.50. A tolerance of 1 hides it for a night, then the check is switched off, then neither.",
    [
      first(merge(opening(ALPHA, "500 EUR"), short, tx(short, { money: "99.50 EUR" })), finds(isShort)),
      next(
        {},
        noting(clean, `${other} tolerance.EUR.absolute is 1, was not set; tolerance.EUR.basisPoints is 0, was not set`),
        { configuration: { tolerance: { EUR: { absolute: "1" } } } },
      ),
      next(
        {},
        noting(
          silent,
          `${other} tolerance.EUR.absolute is not set, was 1; tolerance.EUR.basisPoints is not set, was 0; checks.LED_AMOUNT_MISMATCH.enabled is false, was true`,
          "1 case is not told, because the configuration switches off what finds it: LED_AMOUNT_MISMATCH 0.50 EUR in 1",
        ),
        { configuration: { checks: { LED_AMOUNT_MISMATCH: { enabled: false } } } },
      ),
      next({}, noting(finds(isShort), `${other} checks.LED_AMOUNT_MISMATCH.enabled is true, was false`), {
        configuration: {},
      }),
    ],
  ),
  world(
    "settings: another name of a currency, and one of that, leaves what was accepted accepted",
    "BETA's balance is 50 above what was posted, and a deposit of 10 moved 9; a person accepts both. Then MATIC is called POL, as the configuration said the night before, and POL is called POLX. In the last night the balance is 51 above.",
    [
      first(
        merge(
          settled(cryptoIn(BETA, "dep-2", "100 MATIC POLYGON")),
          less,
          tx(less, { amount: "9", netAmount: "9" }),
          above("MATIC", "159"),
        ),
        finds(found("BAL_INCEPTION", balanceOf(BETA, "MATIC"), "50"), found("LED_AMOUNT_MISMATCH", "dep-3", "1")),
      ),
      next(above("MATIC", "159"), accepted, {
        acts: [accept()],
        configuration: { ...places, currencyAliases: { MATIC: "POL" } },
        by: ["nightly", "reconcile", "report"],
      }),
      next(merge(named("POL"), above("POL", "159")), accepted),
      next(merge(named("POLX"), above("POLX", "159")), accepted, {
        configuration: { ...places, currencyAliases: { MATIC: "POL", POL: "POLX" } },
      }),
      next(
        above("POLX", "160"),
        finds(
          found("BAL_INCEPTION", balanceOf(BETA, "POLX"), "51"),
          found("BAL_ROLLFORWARD", balanceOf(BETA, "POLX"), "1"),
        ),
      ),
    ],
    places,
  ),
  world(
    "settings: another name of a network is the same break, open or accepted",
    "GAMMA's USDT on TRX is 10 above what was posted. Then TRX counts as TRON, a person accepts it, and it stands.",
    [
      first(
        merge(
          settled(cryptoIn(GAMMA, "dep-4", "50 USDT TRX"), cryptoIn(GAMMA, "dep-5", "70 USDT ETHEREUM")),
          onNetworks("60"),
        ),
        finds(tronIsAbove),
      ),
      next(
        onNetworks("60"),
        {
          ...finds(tronIsAbove),
          reports: { exceptions: [{ code: "BAL_INCEPTION", state: "open", age_days: "1" }] },
        },
        { configuration: { networkAliases: { TRX: "TRON" } } },
      ),
      next(onNetworks("60"), accepted, { acts: [accept()] }),
      next(onNetworks("60"), accepted),
    ],
  ),
]
