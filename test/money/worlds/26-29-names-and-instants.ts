import { clean, finds, first, found, next, partial, silent, unproven, world } from "../expected.ts"
import { opening, settled } from "../postings.ts"
import {
  ALPHA,
  BETA,
  balance,
  balanceOf,
  checkout,
  cryptoIn,
  cryptoOut,
  fiatIn,
  fiatOut,
  GAMMA,
  hashOf,
  merge,
  payment,
} from "../rows.ts"
import type { Lists, World } from "../world.ts"

const hash = hashOf("a transfer")
const twentySix: ReadonlyArray<World> = [
  world(
    "26 a network by another name: withdrawals on TRX and TRON",
    "TRX is another name of TRON. So the second withdrawal is the same transfer, and one that says nothing twice is none.",
    [
      first(
        merge(
          opening(ALPHA, "900 USDT TRON"),
          settled(
            cryptoOut(ALPHA, "wd-1", "80 USDT TRON", { txHash: hash.slice(2) }),
            cryptoOut(ALPHA, "wd-2", "80 USDT TRX", {
              txHash: hash.slice(2),
              beneficiaryId: "b-alpha-usdt-tron",
              at: "-30h",
            }),
          ),
        ),
        finds(found("TX_HASH_REUSED", ["wd-1", "wd-2"], undefined, "critical")),
      ),
    ],
    { networkAliases: { TRX: "TRON" } },
  ),
  world(
    "26 a network by another name: a deposit on ERC20 and a payment on ETHEREUM, a night apart",
    "ERC20 is how one list writes ETHEREUM. The money came in once.",
    [
      first(settled(cryptoIn(ALPHA, "dep-1", "0.7 ETH ERC20", { txHash: hash })), clean),
      next(
        settled(payment(ALPHA, "pay-1", "0.7 ETH ETHEREUM", { txHash: hash, at: "-5h" })),
        finds(found("TX_HASH_REUSED", ["dep-1", "pay-1"], undefined, "critical")),
      ),
    ],
    { networkAliases: { ERC20: "ETHEREUM" } },
  ),
  world(
    "26 near miss: names of one network on a record, its transaction and its balance",
    "The deposit says BSC, its wallet BEP20, its transaction BNB, and the balance has one row for each day's spelling: nothing is wrong.",
    [
      first(
        merge(cryptoIn(ALPHA, "dep-1", "100 USDC BSC", { walletId: "w-1" }), {
          crypto_deposit_wallets: [
            {
              walletId: "w-1",
              customerId: ALPHA.customerId,
              currency: "USDC",
              network: "BEP20",
              address: "an address",
              status: "ACTIVE",
              createdAt: "-300d",
            },
          ],
          transactions: (settled(cryptoIn(ALPHA, "dep-1", "100 USDC BSC")).transactions ?? []).map((row) => ({
            ...row,
            network: "BNB",
          })),
          balances: [balance(ALPHA, "100 USDC BEP20")],
        }),
        clean,
      ),
      next({ balances: [balance(ALPHA, "100 USDC BSC")] }, clean),
    ],
    { networkAliases: { BEP20: "BSC", BNB: "BSC" } },
  ),
]

/** Two deposits, the second at an instant of its own to the nanosecond. */
const atNanosecond = (who: typeof ALPHA, id: string, one: string, other: string, postedAt: string): Lists => {
  const late = settled(fiatIn(who, `${id}-2`, other, { createdAt: "-3h", at: "-2h" }))
  return merge(settled(fiatIn(who, `${id}-1`, one)), {
    ...late,
    transactions: (late.transactions ?? []).map((row) => ({ ...row, postedAt })),
  })
}

const twentySeven: ReadonlyArray<World> = [
  world(
    "27 posted 300 nanoseconds before, and in the balance, and a microsecond after, and not in it",
    "The store cannot tell ALPHA's two instants apart, and the balance agrees with one of the two ways; BETA's lie a microsecond apart.",
    [
      first(
        merge(
          atNanosecond(ALPHA, "dep-a", "100 JPY", "5 JPY", "-2h.123456500"),
          atNanosecond(BETA, "dep-b", "100 KWD", "5 KWD", "-2h.123457"),
          {
            balances: [
              balance(ALPHA, "105 JPY", { asOf: "-2h.123456800" }),
              balance(BETA, "100 KWD", { asOf: "-2h.123456" }),
            ],
          },
        ),
        silent,
      ),
    ],
  ),
  world(
    "27 neither with what was posted in the same microsecond nor without it",
    "100 and 5 were posted, the 5 in the balance's own microsecond, and it says 107: wrong either way.",
    [
      first(
        merge(atNanosecond(ALPHA, "dep-a", "100 JPY", "5 JPY", "-2h.123456900"), {
          balances: [balance(ALPHA, "107 JPY", { asOf: "-2h.123456100" })],
        }),
        finds(found("BAL_INCEPTION", balanceOf(ALPHA, "JPY"), undefined, "critical")),
      ),
    ],
  ),
  world(
    "27 the next night holds what was posted in the last one's microsecond",
    "0.05 BTC that the first balance did not hold are in the second: the roll-forward must not count them on neither side.",
    [
      first(
        merge(
          {
            ...settled(cryptoIn(ALPHA, "dep-1", "1 BTC BITCOIN")),
          },
          {
            ...settled(cryptoIn(ALPHA, "dep-2", "0.05 BTC BITCOIN", { createdAt: "-3h", at: "-2h" })),
            transactions: (settled(cryptoIn(ALPHA, "dep-2", "0.05 BTC BITCOIN")).transactions ?? []).map((row) => ({
              ...row,
              createdAt: "-2h",
              updatedAt: "-2h",
              postedAt: "-2h.123456900",
            })),
            balances: [balance(ALPHA, "1 BTC", { asOf: "-2h.123456100" })],
          },
        ),
        silent,
      ),
      next({}, silent),
    ],
  ),
]

const priced = (id: string, price: string, paidAmount: string, status = "PAID"): Lists =>
  checkout(ALPHA, id, price, paidAmount, status)

const twentyEight: ReadonlyArray<World> = [
  world(
    "28 priced in euros and paid in bitcoin, and one that says PAID too early",
    "What is paid in another currency is not compared. But 60 of 100 EUR are not PAID, in whatever they were paid.",
    [
      first(
        merge(
          priced("co-1", "100 EUR", "100"),
          settled(payment(ALPHA, "pay-1", "0.001 BTC BITCOIN", { checkoutId: "co-1" })),
          priced("co-2", "100 EUR", "60"),
          settled(payment(ALPHA, "pay-2", "0.0006 BTC BITCOIN", { checkoutId: "co-2" })),
        ),
        { ...finds(found("COLL_STATUS", "co-2")), unproven: ["co-1"] },
      ),
    ],
  ),
  world(
    "28 paid partly in its own currency and partly in another",
    "60 USDT and 40 USDC for 100 USDT: whether that is 100 nobody can say without a rate.",
    [
      first(
        merge(
          priced("co-1", "100 USDT", "100"),
          settled(
            payment(ALPHA, "pay-1", "60 USDT TRON", { checkoutId: "co-1" }),
            payment(ALPHA, "pay-2", "40 USDC SOLANA", { checkoutId: "co-1" }),
          ),
        ),
        unproven("co-1"),
      ),
    ],
  ),
  world(
    "28 decided for good: checkouts are not compared with payments in other currencies",
    "The configuration says so, and then nothing is left to prove.",
    [
      first(
        merge(
          priced("co-1", "15000 JPY", "15000"),
          settled(payment(ALPHA, "pay-1", "100.05 USDT TRON", { checkoutId: "co-1" })),
        ),
        clean,
      ),
    ],
    { checkouts: "notCompared" },
  ),
]

const invoice = (id: string, reference: string, at: string, over = {}): Lists =>
  fiatOut(ALPHA, id, "7700 JPY", { reference, at, ...over })

const twentyNine: ReadonlyArray<World> = [
  world(
    "29 a withdrawal ordered twice within eleven hours, and a salary every day",
    '"Inv  9" and "inv 9" are one invoice. BETA\'s daily KWD is a standing order.',
    [
      first(
        merge(
          opening(ALPHA, "90000 JPY"),
          settled(invoice("wd-1", "Inv  9", "-50h"), invoice("wd-2", "inv 9", "-39h")),
          opening(BETA, "900 KWD"),
          settled(
            ...[3, 4, 5].map((days) =>
              fiatOut(BETA, `pay-${days}`, "9.5 KWD", { reference: "SALARY", at: `-${days}d` }),
            ),
          ),
        ),
        finds(found("DUP_PRODUCT", ["wd-1", "wd-2"], undefined, "high")),
      ),
    ],
  ),
  world(
    "29 the copy comes on the next night, where a list of another cannot be read",
    "Recorded four hours before the first night and six hours later again.",
    [
      first(
        merge(settled(fiatIn(ALPHA, "dep-1", "77 EUR", { reference: "A-1", at: "-4h" })), opening(BETA, "7 EUR")),
        clean,
      ),
      next(
        settled(fiatIn(ALPHA, "dep-2", "77 EUR", { reference: "a-1", createdAt: "-22h", at: "-20h" })),
        partial(found("DUP_PRODUCT", ["dep-1", "dep-2"])),
        { unavailable: ["BETA/fiat_deposits"] },
      ),
    ],
  ),
  world(
    "29 near misses: no reference, thirteen hours, another's, and one that was sent back",
    "What has no reference, another customer, more than twelve hours between, or did not settle, is no copy.",
    [
      first(
        merge(
          opening(ALPHA, "90000 JPY"),
          settled(invoice("wd-1", "INV 9", "-50h"), invoice("wd-2", "INV 9", "-37h")),
          settled(
            fiatIn(ALPHA, "dep-3", "5 KWD", { reference: "", at: "-50h" }),
            fiatIn(ALPHA, "dep-4", "5 KWD", { reference: "", at: "-49h" }),
          ),
          settled(
            fiatIn(BETA, "dep-5", "5 KWD", { reference: "X", at: "-50h" }),
            fiatIn(GAMMA, "dep-6", "5 KWD", { reference: "X", at: "-49h" }),
          ),
          settled(fiatIn(BETA, "dep-7", "6 KWD", { reference: "Y", at: "-50h" })),
          fiatIn(BETA, "dep-8", "6 KWD", { reference: "Y", at: "-49h", status: "REJECTED" }),
        ),
        clean,
      ),
    ],
  ),
]

export const namesAndInstants: ReadonlyArray<World> = [...twentySix, ...twentySeven, ...twentyEight, ...twentyNine]
