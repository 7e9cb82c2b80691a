import { clean, finds, first, found, next, orAlso, partial, silent, world } from "../expected.ts"
import { back, opening, settled, tx } from "../postings.ts"
import { ALPHA, BETA, changes, cryptoIn, cryptoOut, DELTA, fiatIn, fiatOut, GAMMA, hashOf, merge } from "../rows.ts"
import type { World } from "../world.ts"

const strayed = fiatIn(ALPHA, "dep-1", "100 EUR")
const accepted = fiatIn(GAMMA, "dep-3", "70 EUR")
const partly = fiatOut(DELTA, "wd-4", "40 EUR")
const owner = found("LED_OWNER_MISMATCH", "dep-1", "100", "critical")

const ofAlpha = fiatIn(ALPHA, "dep-1", "100 EUR")
const ofBeta = fiatIn(BETA, "dep-1", "70 EUR")

export const oneBreak: ReadonlyArray<World> = [
  world(
    "one break: it is told once, whichever list is unread",
    "ALPHA's deposit was credited to BETA, whose transactions are unread on the second night; on the third ALPHA's deposits are. GAMMA's, credited to BETA too, was accepted. DELTA's withdrawal is missing, and 30 of 40 come on the second night, when DELTA's checkouts are unread.",
    [
      first(
        merge(
          opening(ALPHA, "5 EUR"),
          strayed,
          tx(strayed, { customerId: BETA.customerId }),
          accepted,
          tx(accepted, { customerId: BETA.customerId }),
          opening(DELTA, "500 EUR"),
          partly,
        ),
        finds(owner, found("LED_OWNER_MISMATCH", "dep-3", "70"), found("LED_MISSING_TRANSACTION", "wd-4", "40")),
      ),
      next(tx(partly, { money: "30 EUR", at: "-20h" }), partial(owner, found("LED_AMOUNT_MISMATCH", "wd-4", "10")), {
        acts: [
          [
            "exceptions",
            "write-off",
            "--reason",
            "accepted",
            "--by",
            "controller",
            { codes: ["LED_OWNER_MISMATCH"], record: "dep-3" },
          ],
        ],
        unavailable: ["BETA/transactions", "DELTA/checkouts"],
      }),
      next({}, partial(owner, found("LED_AMOUNT_MISMATCH", "wd-4", "10")), { unavailable: ["ALPHA/fiat_deposits"] }),
      next(
        merge(
          back(strayed, { customerId: BETA.customerId, at: "-20h" }),
          tx(strayed, { id: "right", at: "-20h" }),
          tx(partly, { id: "rest", money: "10 EUR", at: "-20h" }),
        ),
        silent,
      ),
    ],
  ),
  world(
    "one break: an id that two customers use is told as such, and every list is proven",
    "ALPHA and BETA have a deposit each of the id dep-1, each posted; 20 of BETA's 70 are taken back. GAMMA's is its own.",
    [
      first(
        merge(
          settled(fiatIn(GAMMA, "dep-2", "5 EUR")),
          {
            fiat_deposits: [
              fiatIn(ALPHA, "dep-1", "100 EUR").fiat_deposits?.[0] ?? {},
              fiatIn(BETA, "dep-1", "70 EUR").fiat_deposits?.[0] ?? {},
            ],
          },
          {
            fiat_accounts: [
              ...(fiatIn(ALPHA, "dep-1", "100 EUR").fiat_accounts ?? []),
              ...(fiatIn(BETA, "dep-1", "70 EUR").fiat_accounts ?? []),
            ],
          },
          tx(fiatIn(ALPHA, "dep-1", "100 EUR"), { id: "alpha" }),
          tx(fiatIn(BETA, "dep-1", "70 EUR"), { id: "beta" }),
        ),
        finds(found("REC_CONTRADICTED", "dep-1", undefined, "high")),
      ),
      next(
        back(fiatIn(BETA, "dep-1", "70 EUR"), { amount: "20", at: "-20h" }),
        finds(found("REC_CONTRADICTED", "dep-1", undefined, "high"), found("LED_*", "dep-1", "20")),
        { acts: [["verify"]] },
      ),
    ],
  ),
  world(
    "one break: of two customers' records of one id, the one that lacks money is named",
    "ALPHA and BETA have a deposit each of the id dep-1, each posted; 20 of ALPHA's 100 are taken back, and BETA's is read last.",
    [
      first(
        merge(
          { fiat_deposits: [...(ofAlpha.fiat_deposits ?? []), ...(ofBeta.fiat_deposits ?? [])] },
          { fiat_accounts: [...(ofAlpha.fiat_accounts ?? []), ...(ofBeta.fiat_accounts ?? [])] },
          tx(ofAlpha, { id: "alpha" }),
          back(ofAlpha, { amount: "20", at: "-20h" }),
          tx(ofBeta, { id: "beta" }),
        ),
        {
          ...finds(found("REC_CONTRADICTED", "dep-1"), found("LED_AMOUNT_MISMATCH", "dep-1", "20")),
          reports: {
            exceptions: [
              {
                code: "LED_AMOUNT_MISMATCH",
                detail: `Deposit COMPLETED of 70.00 EUR, but 20.00 EUR less than must have moved for customer ${ALPHA.customerId}: t-dep-1-alpha, t-dep-1-back, t-dep-1-beta`,
              },
            ],
          },
        },
      ),
    ],
    { concurrency: 1 },
  ),
]

const paid = cryptoOut(ALPHA, "wd-1", "20 USDT TRON", { txHash: hashOf("wd-1") })
const renamed = cryptoIn(BETA, "dep-2", "30 USDT TRC20", { txHash: `0x${"AB".repeat(32)}` })
const late = cryptoOut(GAMMA, "wd-3", "40 USDT TRON", { txHash: null, at: "-20m" })
const typed = fiatOut(DELTA, "wd-4", "7 JPY")

export const settledFacts: ReadonlyArray<World> = [
  world(
    "mutated: the network, the hash and the type of what is settled",
    "ALPHA's withdrawal and its transaction move to another network; BETA's says the alias, and its hash without capitals; GAMMA's gets its hash on the second night, and another on the third. DELTA's transaction becomes a fee.",
    [
      first(
        merge(
          opening(ALPHA, "500 USDT TRON"),
          settled(paid),
          settled(renamed),
          opening(GAMMA, "500 USDT TRON"),
          settled(late),
          opening(DELTA, "500 JPY"),
          settled(typed),
        ),
        clean,
      ),
      next(
        merge(
          changes(
            "crypto_withdrawals",
            { withdrawalId: "wd-1", network: "ETHEREUM" },
            { withdrawalId: "wd-3", txHash: hashOf("wd-3") },
          ),
          changes("crypto_deposits", { depositId: "dep-2", network: "TRON", txHash: "ab".repeat(32) }),
          changes(
            "transactions",
            { transactionId: "t-dep-2", network: "TRON" },
            { transactionId: "t-wd-1", network: "ETHEREUM" },
            { transactionId: "t-wd-4", type: "FEE" },
          ),
        ),
        orAlso(
          finds(
            found("REC_MUTATED", "wd-1", "20", "high"),
            found("REC_MUTATED", "t-wd-1", "20", "high"),
            found("REC_MUTATED", "t-wd-4", "7", "high"),
          ),
          "REF_FOREIGN wd-1",
          "LED_FEE_MISMATCH wd-4",
        ),
      ),
      next(
        changes("crypto_withdrawals", { withdrawalId: "wd-3", txHash: hashOf("another") }),
        orAlso(
          finds(
            found("REC_MUTATED", "wd-1"),
            found("REC_MUTATED", "t-wd-1"),
            found("REC_MUTATED", "t-wd-4"),
            found("REC_MUTATED", "wd-3", "40", "high"),
          ),
          "REF_FOREIGN wd-1",
          "LED_FEE_MISMATCH wd-4",
        ),
      ),
    ],
    { networkAliases: { TRC20: "TRON" } },
  ),
]
