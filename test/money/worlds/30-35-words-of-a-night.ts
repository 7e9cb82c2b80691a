import { accept, clean, finds, first, found, next, orAlso, silent, unproven, world } from "../expected.ts"
import { opening, settled, tx } from "../postings.ts"
import {
  ALPHA,
  BETA,
  changes,
  conversion,
  cryptoIn,
  cryptoOut,
  fiatIn,
  fiatOut,
  GAMMA,
  merge,
  payment,
} from "../rows.ts"
import type { Lists, World } from "../world.ts"

const eaten = cryptoIn(ALPHA, "dep-1", "0.00005 BTC BITCOIN", { fee: "0.00005" })
const forNothing = fiatIn(BETA, "dep-2", "5 KWD", { fee: "5" })

const thirty: ReadonlyArray<World> = [
  world(
    "30 nothing to post: a deposit and a payment that their fees ate, and a withdrawal of nothing",
    "Their net is zero, and no transaction says so; the KWD have one, of a net of zero.",
    [
      first(
        merge(
          eaten,
          payment(ALPHA, "pay-1", "1 USDC SOLANA", { fee: "1" }),
          fiatOut(ALPHA, "wd-1", "0 JPY"),
          settled(forNothing),
        ),
        clean,
      ),
    ],
  ),
  world("30 the fee that eats a deposit was not taken", "5 KWD came in, their fee is 5, and all 5 were credited.", [
    first(
      merge(forNothing, tx(forNothing, { money: "5 KWD" })),
      finds(found("LED_AMOUNT_MISMATCH", "dep-2", "5", "high")),
    ),
  ]),
  world(
    "30 nothing to post, and on the second night something was",
    "0.00005 BTC were charged for a deposit of which nothing was left, on top of what it says.",
    [
      first(merge(eaten, opening(ALPHA, "1 BTC BITCOIN")), clean),
      next(
        tx(eaten, { id: "fee", type: "FEE", direction: "DEBIT", money: "0.00005 BTC BITCOIN", at: "-5h" }),
        finds(found("LED_AMOUNT_MISMATCH LED_*", "dep-1", "0.00005")),
      ),
    ],
  ),
]

const converted = (id: string, from: string, to: string, rate: string): Lists =>
  settled(conversion(ALPHA, id, from, to, rate))

const thirtyOne: ReadonlyArray<World> = [
  world(
    "31 a million yen at a rate of four places",
    "0.0021 leaves 50 KWD open on either side: 2,050.001 is within that and the last place, 2,151.000 is not.",
    [
      first(
        merge(
          opening(ALPHA, "9000000 JPY"),
          converted("conv-1", "1000000 JPY", "2050.001 KWD", "0.0021"),
          converted("conv-2", "1000000 JPY", "2151.000 KWD", "0.0021"),
        ),
        finds(found("CONV_RATE", "conv-2", undefined, "high")),
      ),
    ],
  ),
  world(
    "31 zeros at the end of a rate are places",
    "924,000 for a million are possible at 0.92 and not at 0.9200; 920,040 are possible at 0.9200 and not at 0.92000000.",
    [
      first(
        merge(
          opening(ALPHA, "9000000 USD"),
          converted("conv-1", "1000000 USD", "924000 EUR", "0.92"),
          converted("conv-2", "1000000 USD", "924000 EUR", "0.9200"),
          converted("conv-3", "1000000 USD", "920040 EUR", "0.9200"),
          converted("conv-4", "1000000 USD", "920040 EUR", "0.92000000"),
        ),
        finds(found("CONV_RATE", "conv-2"), found("CONV_RATE", "conv-4")),
      ),
    ],
  ),
  world(
    "31 a rate without places, and the next night one too many",
    "One bitcoin at 97000 is anything up to 97,000.50 USDT. On the second night it is 97,001.",
    [
      first(merge(opening(ALPHA, "3 BTC BITCOIN"), converted("conv-1", "1 BTC", "97000.5 USDT", "97000")), clean),
      next(
        settled(conversion(ALPHA, "conv-2", "1 BTC", "97001 USDT", "97000", { at: "-5h" })),
        finds(found("CONV_RATE", "conv-2")),
      ),
    ],
  ),
]

const old = cryptoIn(ALPHA, "dep-1", "0.75 XBT BITCOIN")
const renamed = merge(
  changes("crypto_deposits", { depositId: "dep-1", currency: "BTC", updatedAt: "-5h" }),
  changes("transactions", { transactionId: "t-dep-1", currency: "BTC", updatedAt: "-5h" }),
  changes("crypto_deposit_wallets", { walletId: "w-alpha-xbt-bitcoin", currency: "BTC" }),
)
const aliases = { currencyAliases: { XBT: "BTC" } }
const inTwoNames = cryptoIn(ALPHA, "dep-1", "300 MATIC POLYGON")

const thirtyTwo: ReadonlyArray<World> = [
  world(
    "32 a currency renamed between two nights, and what moved since",
    "XBT is BTC from the second night on. 0.25 left under the new name, and the roll-forward opens with the 0.75 of the old.",
    [
      first(settled(old), clean),
      next(merge(renamed, settled(cryptoOut(ALPHA, "wd-1", "0.25 BTC BITCOIN", { at: "-5h" }))), {
        ...clean,
        reports: {
          rollforward: [
            { partner_customer_ref: "ALPHA", currency: ["BTC", "XBT"], opening: "0.75", reported_closing: "0.5" },
          ],
        },
      }),
    ],
    aliases,
  ),
  world(
    "32 credited under both names",
    "300 MATIC and 300 POL are the same money, credited twice for one deposit.",
    [
      first(
        merge(inTwoNames, tx(inTwoNames), tx(inTwoNames, { id: "b", money: "300 POL POLYGON", at: "-49h" }), {
          balances: [
            {
              customerId: ALPHA.customerId,
              currency: "POL",
              available: "600",
              held: "0",
              total: "600",
              asOf: "-0s",
            },
          ],
        }),
        finds(found("LED_DUPLICATE_TRANSACTION", "dep-1", "300", "critical")),
      ),
    ],
    { currencyAliases: { MATIC: "POL" } },
  ),
  world(
    "32 near miss: the record in the old name, its transaction and its balance in the new",
    "Lists change their names one after the other, which is nothing wrong.",
    [first(merge(old, tx(old, { money: "0.75 BTC BITCOIN" })), clean), next(renamed, clean)],
    aliases,
  ),
]

const mergedInto = (who: typeof ALPHA, ...ids: ReadonlyArray<string>): Lists =>
  merge(
    ...ids.map((id) =>
      merge(
        changes("crypto_withdrawals", { withdrawalId: id, customerId: who.customerId, updatedAt: "-5h" }),
        changes("transactions", { transactionId: `t-${id}`, customerId: who.customerId, updatedAt: "-5h" }),
      ),
    ),
    changes("wallet_beneficiaries", { beneficiaryId: "b-beta-usdc-solana", customerId: who.customerId }),
  )
const two = merge(
  opening(ALPHA, "900 USDC SOLANA"),
  opening(BETA, "90 USDC SOLANA"),
  settled(cryptoOut(BETA, "wd-1", "10 USDC SOLANA"), cryptoOut(BETA, "wd-2", "20 USDC SOLANA")),
)
const fourMutated = orAlso(
  finds(...["wd-1", "t-wd-1", "wd-2", "t-wd-2"].map((id) => found("REC_MUTATED", id))),
  "BAL_*",
)

const thirtyThree: ReadonlyArray<World> = [
  world(
    "33 a customer merged, accepted at once, and merged back",
    "BETA's withdrawals became ALPHA's, which was accepted. When they are BETA's again, nobody has accepted that.",
    [
      first(two, clean),
      next(mergedInto(ALPHA, "wd-1", "wd-2"), fourMutated),
      next({}, silent, {
        acts: [
          ["exceptions", "write-off", "--code", "REC_MUTATED", "--reason", "merged", "--by", "controller"],
          accept(),
        ],
      }),
      next(mergedInto(BETA, "wd-1", "wd-2"), fourMutated),
    ],
  ),
  world(
    "33 a customer merged, and nobody acted",
    "Both nights tell the four changes, and the second nothing besides.",
    [
      first(two, clean),
      next(mergedInto(ALPHA, "wd-1", "wd-2"), fourMutated),
      next(settled(fiatIn(GAMMA, "dep-9", "5 JPY", { at: "-5h" })), fourMutated),
    ],
  ),
  world(
    "33 a customer merged by half",
    "One withdrawal moved on the second night and was accepted; the other moves on the third.",
    [
      first(two, clean),
      next(
        mergedInto(ALPHA, "wd-1"),
        orAlso(finds(found("REC_MUTATED", "wd-1"), found("REC_MUTATED", "t-wd-1")), "BAL_*", "REF_FOREIGN wd-2"),
      ),
      next(
        mergedInto(ALPHA, "wd-2"),
        orAlso(finds(found("REC_MUTATED", "wd-2"), found("REC_MUTATED", "t-wd-2")), "BAL_*"),
        { acts: [accept()] },
      ),
    ],
  ),
]

const unjudged = merge(opening(ALPHA, "500 KWD"), converted("conv-1", "100 KWD", "41.6 ZZP", "0.4169"))
const unknownStatus = fiatIn(ALPHA, "dep-1", "80 JPY", { status: "ON_HOLD" })

const thirtyFour: ReadonlyArray<World> = [
  world(
    "34 unproven ends with 3 where one asks for that",
    "Nothing is wrong, one conversion could not be judged, and --fail-on unproven makes that a reason.",
    [first(unjudged, { ...unproven("conv-1"), exit: 3 }, { by: ["nightly --fail-on high --fail-on unproven"] })],
  ),
  world(
    "34 clean once somebody has said how many places there are",
    "With one place for ZZP, 41.6 is what a cut of 41.69 leaves; without, an exact product needs no places.",
    [first(unjudged, clean)],
    { currencyPlaces: { ZZP: 1 } },
  ),
  world(
    "34 a status that the contract does not know",
    "What ON_HOLD must have moved nobody knows: medium, unproven, and not clean.",
    [
      first(merge(unknownStatus, settled(fiatIn(BETA, "dep-2", "7 JPY"))), {
        ...unproven("dep-1"),
        exceptions: [found("REC_UNKNOWN_STATUS", "dep-1", undefined, "medium")],
      }),
    ],
  ),
  world(
    "34 near miss: an exact product needs no places",
    "41.69 is 100 times 0.4169, in whatever places ZZP is kept.",
    [first(merge(opening(ALPHA, "500 EUR"), converted("conv-1", "100 EUR", "41.69 ZZP", "0.4169")), clean)],
  ),
]

const twice = (id: string, money: string, at: string): Lists => {
  const record = cryptoOut(ALPHA, id, money, { at })
  return merge(record, tx(record), tx(record, { id: "b" }))
}
const firstTwice = found("LED_DUPLICATE_TRANSACTION", "wd-0", "0.02")
const secondTwice = found("LED_DUPLICATE_TRANSACTION", "wd-1", "0.1")
const begun = merge(opening(ALPHA, "1 BTC BITCOIN"), twice("wd-0", "0.02 BTC BITCOIN", "-50h"))

const thirtyFive: ReadonlyArray<World> = [
  world(
    "35 step by step, and again five hours later",
    "sync, reconcile and report made the night. The next nightly asks the API again.",
    [
      first(begun, finds(firstTwice), { by: ["sync", "reconcile", "report"] }),
      next(twice("wd-1", "0.1 BTC BITCOIN", "-3h"), finds(firstTwice, secondTwice), { after: "5h", fresh: false }),
    ],
  ),
  world(
    "35 reported twice, and again three hours later",
    "The night was judged and reported by hand after the nightly, and three hours later there is a new one.",
    [
      first(begun, finds(firstTwice), { by: ["nightly", "reconcile", "report"] }),
      next(twice("wd-1", "0.1 BTC BITCOIN", "-2h"), finds(firstTwice, secondTwice), { after: "3h", fresh: false }),
    ],
  ),
  world(
    "35 reported, accepted, judged again, and read anew",
    "A person accepts what the night found and lets it be judged again. The next nightly reads, and finds what is new alone.",
    [
      first(begun, finds(firstTwice)),
      next(twice("wd-1", "0.1 BTC BITCOIN", "-3h"), finds(secondTwice), {
        after: "5h",
        fresh: false,
        acts: [accept("LED_*", "wd-0"), ["reconcile"]],
      }),
    ],
  ),
]

export const wordsOfANight: ReadonlyArray<World> = [
  ...thirty,
  ...thirtyOne,
  ...thirtyTwo,
  ...thirtyThree,
  ...thirtyFour,
  ...thirtyFive,
]
