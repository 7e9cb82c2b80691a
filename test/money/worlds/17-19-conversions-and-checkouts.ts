import { clean, finds, first, found, next, partial, refused, silent, world } from "../expected.ts"
import { back, from, opening, settled, to, tx, unreadableFee, unreadablePayment } from "../postings.ts"
import { ALPHA, BETA, checkout, conversion, GAMMA, merge, payment } from "../rows.ts"
import type { Lists, World } from "../world.ts"

const halfCharged = conversion(BETA, "conv-2", "1000 USD", "1000 USDT", "1", { fee: "700", feeCurrency: "JPY" })
const uncharged = conversion(ALPHA, "conv-1", "0.01 BTC", "970 USDT", "97000", { fee: "3", feeCurrency: "USDT" })

const within = conversion(ALPHA, "conv-1", "100 EUR", "108.90 USD", "1.1", { fee: "1", feeCurrency: "EUR" })
const after = conversion(ALPHA, "conv-1", "100 EUR", "109 USD", "1.1", { fee: "1", feeCurrency: "USD" })

const seventeen: ReadonlyArray<World> = [
  world(
    "17 near miss: a fee within fromAmount, as the configuration says",
    "100 EUR leave, 1 of them the fee, and 99 make 108.90 USD.",
    [first(merge(opening(ALPHA, "900 EUR"), within, from(within, { amount: "99", fee: "1" }), to(within)), clean)],
    { conversionFee: "beforeRate" },
  ),
  world(
    "17 a fee within what the rate makes, and a dollar less came",
    "110 USD were made and 1 kept as the fee, so 109 must come; 108 did.",
    [
      first(
        merge(opening(ALPHA, "900 EUR"), after, from(after), to(after, { amount: "109", fee: "1" })),
        finds(found("LED_AMOUNT_MISMATCH", "conv-1", "1")),
      ),
    ],
    { conversionFee: "afterRate" },
  ),
  world(
    "17 ten times the bitcoin that were quoted",
    "0.02 BTC were quoted and 0.2 converted at the quoted rate. A charge of ALPHA's that cannot be read has nothing to do with it.",
    [
      first(
        merge(
          opening(ALPHA, "1 BTC BITCOIN"),
          settled(
            conversion(ALPHA, "conv-1", "0.2 BTC", "19400 USDT", "97000", {
              quote: { fromAmount: "0.02", toAmount: "1940" },
            }),
          ),
          unreadableFee(ALPHA, "KWD"),
        ),
        finds(found("CONV_QUOTE_DEVIATION", "conv-1", undefined, "high"), refused),
      ),
    ],
  ),
  world(
    "17 a fee in the currency that comes in, never charged, and one in a third currency, charged by half",
    "970 USDT came in where 967 should; of the 700 JPY that BETA's conversion costs, 300 were taken.",
    [
      first(
        merge(
          opening(ALPHA, "1 BTC BITCOIN"),
          uncharged,
          from(uncharged),
          to(uncharged, { money: "970 USDT" }),
          opening(BETA, "5000 USD"),
          opening(BETA, "5000 JPY"),
          settled(halfCharged),
          from(halfCharged, { id: "fee", type: "FEE", money: "300 JPY" }),
        ),
        finds(found("LED_AMOUNT_MISMATCH", "conv-1", "3", "high"), found("LED_AMOUNT_MISMATCH LED_*", "conv-2", "400")),
      ),
    ],
  ),
  world(
    "17 a fee in a third currency that was charged by mistake to another customer",
    "The 700 JPY of BETA's conversion were taken from GAMMA: another customer holds the whole sum.",
    [
      first(
        merge(
          opening(BETA, "5000 USD"),
          opening(GAMMA, "5000 JPY"),
          settled(halfCharged),
          from(halfCharged, { id: "fee", type: "FEE", money: "700 JPY", customerId: GAMMA.customerId }),
        ),
        finds(found("LED_OWNER_MISMATCH", "conv-2", "700", "critical")),
      ),
    ],
  ),
  world(
    "17 near miss: less than the quote, at its rate",
    "A quote may be used in part: 40 of 100 EUR, and the fee of 0.005 KWD was charged to the last fils.",
    [
      first(
        merge(
          opening(ALPHA, "500 EUR"),
          opening(ALPHA, "9 KWD"),
          settled(
            conversion(ALPHA, "conv-1", "40 EUR", "44 USDT", "1.1", {
              fee: "0.005",
              feeCurrency: "KWD",
              quote: { fromAmount: "100", toAmount: "110" },
            }),
          ),
          from(conversion(ALPHA, "conv-1", "40 EUR", "44 USDT", "1.1"), { id: "fee", type: "FEE", money: "0.005 KWD" }),
        ),
        clean,
      ),
    ],
  ),
]

const paid = (id: string, checkoutId: string, money: string, over = {}): Lists =>
  settled(payment(ALPHA, id, money, { checkoutId, ...over }))

const eighteen: ReadonlyArray<World> = [
  world(
    "18 partly paid with everything, partly paid with nothing, and expired though paid",
    "Each of the three says something else than what was paid. A payment that cannot be read and names no checkout touches none of them. 130 of 100 under PAID are the buyer's matter, and CLOSED says nothing.",
    [
      first(
        merge(
          checkout(ALPHA, "co-1", "0.5 BTC", "0.5", "PARTIALLY_PAID"),
          paid("pay-1", "co-1", "0.5 BTC BITCOIN"),
          checkout(ALPHA, "co-2", "0.5 BTC", "0", "PARTIALLY_PAID"),
          checkout(ALPHA, "co-3", "0.3 BTC", "0.3", "EXPIRED"),
          paid("pay-3", "co-3", "0.3 BTC BITCOIN"),
          checkout(ALPHA, "co-4", "100 USDT", "130", "PAID"),
          paid("pay-4", "co-4", "130 USDT TRON"),
          checkout(ALPHA, "co-5", "100 USDT", "30", "CLOSED"),
          paid("pay-5", "co-5", "30 USDT TRON"),
          unreadablePayment(ALPHA),
        ),
        finds(
          found("COLL_STATUS", "co-1", undefined, "high"),
          found("COLL_STATUS", "co-2", undefined, "high"),
          found("COLL_STATUS", "co-3", undefined, "high"),
          refused,
        ),
      ),
    ],
  ),
  world(
    "18 a status that has an hour to follow, and does not",
    "The checkout was updated half an hour ago and says PAID with 60 of 100 USDC. A night later it still does.",
    [
      first(
        merge(
          checkout(ALPHA, "co-1", "100 USDC", "60", "PAID", { createdAt: "-3h", updatedAt: "-30m", expiresAt: "+3d" }),
          paid("pay-1", "co-1", "60 USDC SOLANA", { createdAt: "-2h", at: "-100m" }),
        ),
        silent,
      ),
      next({}, finds(found("COLL_STATUS", "co-1"))),
    ],
  ),
  world(
    "18 open though it is overpaid, where another's payments cannot be read",
    "ALPHA's checkout got 130 of 100 and says OPEN. What BETA was paid is unknown tonight, which is another matter.",
    [
      first(
        merge(
          checkout(ALPHA, "co-1", "100 USDT", "130", "OPEN"),
          paid("pay-1", "co-1", "130 USDT TRON"),
          settled(payment(BETA, "pay-b", "7 USDT TRON")),
        ),
        partial(found("COLL_STATUS", "co-1")),
        { unavailable: ["BETA/collection_payments"] },
      ),
    ],
  ),
]

/** 0.2 BTC that came in for a checkout and went back later. */
const sentBack = (id: string, checkoutId: string): Lists => {
  const returned = payment(ALPHA, id, "0.2 BTC BITCOIN", { checkoutId, status: "REVERSED" })
  return merge(returned, tx(returned, { status: "REVERSED" }), back(returned))
}

const nineteen: ReadonlyArray<World> = [
  world(
    "19 checkouts that are right: an undone payment is counted, or is not",
    "0.2 BTC came in and went back. One checkout goes on calling that paid; another says 0 and OPEN. Both are right.",
    [
      first(
        merge(
          sentBack("pay-1", "co-1"),
          checkout(ALPHA, "co-1", "0.2 BTC", "0.2", "PAID"),
          sentBack("pay-2", "co-2"),
          checkout(ALPHA, "co-2", "0.2 BTC", "0", "OPEN"),
        ),
        clean,
      ),
    ],
  ),
  world(
    "19 checkouts that are right: paid by two, of whom one took it back, and expired with a part",
    "0.1 BTC stand and 0.2 went back: 0.3 under PAID and the 30 USDT of an expired one agree with what came in.",
    [
      first(
        merge(
          sentBack("pay-1", "co-1"),
          paid("pay-2", "co-1", "0.1 BTC BITCOIN"),
          checkout(ALPHA, "co-1", "0.3 BTC", "0.3", "PAID"),
          checkout(ALPHA, "co-2", "50 USDT", "30", "EXPIRED"),
          paid("pay-3", "co-2", "30 USDT TRON"),
        ),
        clean,
      ),
    ],
  ),
  world(
    "19 stated as paid is more than was ever paid",
    "60 and 40 came in, and the checkout says 130: neither with nor without undone payments does that agree.",
    [
      first(
        merge(
          checkout(ALPHA, "co-1", "100 USDC", "130", "PAID"),
          paid("pay-1", "co-1", "60 USDC SOLANA"),
          paid("pay-2", "co-1", "40 USDC SOLANA"),
        ),
        finds(found("COLL_CHECKOUT_TOTAL", "co-1", "30", "high")),
      ),
    ],
  ),
]

export const conversionsAndCheckouts: ReadonlyArray<World> = [...seventeen, ...eighteen, ...nineteen]
