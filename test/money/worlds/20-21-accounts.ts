import { clean, finds, first, found, next, orAlso, silent, world } from "../expected.ts"
import { from, opening, settled, to, tx } from "../postings.ts"
import {
  ALPHA,
  BETA,
  bankAccount,
  beneficiary,
  changes,
  collectionWallet,
  conversion,
  cryptoIn,
  cryptoOut,
  DELTA,
  fiatAccount,
  fiatIn,
  fiatOut,
  GAMMA,
  merge,
  payment,
} from "../rows.ts"
import type { Lists, World } from "../world.ts"

const twentyDeposits: Lists = merge(
  ...Array.from({ length: 20 }, (_, nth) =>
    settled(
      fiatIn(ALPHA, `dep-${nth}`, `${100 + nth} EUR`, {
        at: `-${50 + nth}h`,
        ...(nth < 5 ? { fiatAccountId: `fa-absent-${nth}` } : {}),
      }),
    ),
  ),
)

const twenty: ReadonlyArray<World> = [
  world(
    "20 a beneficiary whom nobody knows, another's fiat account, and a beneficiary of another network",
    "Money left to an address that is on no list, came in on GAMMA's account, and left on SOLANA to a beneficiary on ETHEREUM. GAMMA's old wallet need not be listed: its deposit is older than ninety days.",
    [
      first(
        merge(
          opening(ALPHA, "2 BTC BITCOIN"),
          settled(cryptoOut(ALPHA, "wd-1", "0.4 BTC BITCOIN", { beneficiaryId: "ben-nobody" })),
          settled(fiatIn(BETA, "dep-2", "60 KWD", { fiatAccountId: "fa-of-gamma" })),
          fiatAccount(GAMMA, "fa-of-gamma", { currency: "KWD" }),
          settled(cryptoIn(GAMMA, "dep-4", "0.4 BTC BITCOIN", { at: "-95d", walletId: "w-of-old" })),
          opening(DELTA, "90 USDC SOLANA"),
          settled(cryptoOut(DELTA, "wd-3", "60 USDC SOLANA", { beneficiaryId: "ben-eth" })),
          beneficiary(DELTA, "ben-eth", { currency: "USDC", network: "ETHEREUM" }),
        ),
        finds(
          found("REF_UNKNOWN", "wd-1", undefined, "high"),
          found("REF_FOREIGN", "dep-2", undefined, "critical"),
          found("REF_FOREIGN", "wd-3", undefined, "critical"),
        ),
      ),
    ],
  ),
  world(
    "20 a payment at another's wallet, and two transactions whose type is another's",
    "The payment names BETA's collection wallet. A withdrawal's debit is typed FIAT_DEPOSIT, a conversion's leg CRYPTO_DEPOSIT.",
    [
      first(
        merge(
          settled(payment(ALPHA, "pay-1", "30 USDC SOLANA", { collectionWalletId: "cw-of-beta" })),
          collectionWallet(BETA, "cw-of-beta", { buyerId: "buyer-beta", currency: "USDC", network: "SOLANA" }),
          opening(GAMMA, "900 EUR"),
          fiatOut(GAMMA, "wd-4", "80 EUR"),
          tx(fiatOut(GAMMA, "wd-4", "80 EUR"), { type: "FIAT_DEPOSIT" }),
          conversion(GAMMA, "conv-5", "100 EUR", "16000 JPY", "160"),
          from(conversion(GAMMA, "conv-5", "100 EUR", "16000 JPY", "160")),
          to(conversion(GAMMA, "conv-5", "100 EUR", "16000 JPY", "160"), { type: "CRYPTO_DEPOSIT" }),
        ),
        finds(
          found("REF_FOREIGN", "pay-1", undefined, "critical"),
          found("LED_TYPE_MISMATCH", "t-wd-4", undefined, "high"),
          found("LED_TYPE_MISMATCH", "t-conv-5-to", undefined, "high"),
        ),
      ),
    ],
  ),
  world(
    "20 an account that is on no list, on the second night, and one that left the list",
    "A bank account that was listed once is known for good; one that never was is unknown, whenever it is named.",
    [
      first(
        merge(opening(ALPHA, "900 KWD"), bankAccount(ALPHA, "ba-left", { currency: "KWD" }), opening(BETA, "90 KWD")),
        clean,
      ),
      next(
        merge(
          settled(fiatOut(ALPHA, "wd-1", "10 KWD", { at: "-5h", bankAccountId: "ba-left" })),
          settled(fiatOut(BETA, "wd-2", "20 KWD", { at: "-5h", bankAccountId: "ba-nobody" })),
        ),
        orAlso(finds(found("REF_UNKNOWN", "wd-2")), "COV_VANISHED ba-left"),
        { gone: ["ba-left"] },
      ),
    ],
  ),
  world(
    "20 near miss: where a quarter of twenty names absent accounts, the list is not whole",
    "Five of twenty deposits name accounts that are not listed: rather a list that leaves out than five frauds. Unproven, not five exceptions.",
    [first(twentyDeposits, { ...silent, verdict: "not CLEAN" })],
  ),
]

const closing = (status: string) =>
  merge(
    changes("bank_accounts", { bankAccountId: "ba-alpha-eur", status: "CLOSED" }),
    changes("crypto_deposit_wallets", { walletId: "w-beta-usdc-solana", status }),
    changes("wallet_beneficiaries", { beneficiaryId: "b-gamma-btc-bitcoin", status: "BLOCKED" }),
    changes("bank_accounts", { bankAccountId: "ba-delta-kwd", status: "CLOSED" }),
  )
const used = (at: string) =>
  settled(
    fiatOut(ALPHA, "wd-1", "10 EUR", { at }),
    cryptoIn(BETA, "dep-2", "10 USDC SOLANA", { at }),
    cryptoOut(GAMMA, "wd-3", "0.1 BTC BITCOIN", { at }),
  )
const began = merge(
  opening(ALPHA, "90 EUR"),
  opening(BETA, "90 USDC SOLANA"),
  opening(GAMMA, "1 BTC BITCOIN"),
  opening(DELTA, "90 KWD"),
  bankAccount(DELTA, "ba-delta-kwd", { currency: "KWD" }),
)

const twentyOne: ReadonlyArray<World> = [
  world(
    "21 a bank account CLOSED, a wallet DISABLED, a beneficiary BLOCKED, and all three used",
    "Each was closed on the second night, and money moved there after it. DELTA's was closed too, and its withdrawal had been ordered before.",
    [
      first(began, clean),
      next(closing("DISABLED"), clean),
      next(
        merge(used("-5h"), settled(fiatOut(DELTA, "wd-4", "10 KWD", { at: "-5h", createdAt: "-1470m" }))),
        finds(
          found("REF_CLOSED", "wd-1", undefined, "high"),
          found("REF_CLOSED", "dep-2"),
          found("REF_CLOSED", "wd-3"),
        ),
      ),
    ],
  ),
  world(
    "21 closed from the beginning, and used",
    "The account was CLOSED when it was first seen, and its old deposit is right. What comes in the next day is not.",
    [
      first(
        merge(
          settled(fiatIn(ALPHA, "dep-1", "30 JPY", { fiatAccountId: "fa-1" })),
          fiatAccount(ALPHA, "fa-1", { currency: "JPY", status: "CLOSED" }),
        ),
        clean,
      ),
      next(
        settled(fiatIn(ALPHA, "dep-2", "40 JPY", { at: "-5h", fiatAccountId: "fa-1" })),
        finds(found("REF_CLOSED", "dep-2")),
      ),
    ],
  ),
  world(
    "21 near miss: closed and used on the same day",
    "Nobody can say which came first, because one night saw both.",
    [first(began, clean), next(merge(closing("CLOSED"), used("-5h")), clean)],
  ),
]

export const accounts: ReadonlyArray<World> = [...twenty, ...twentyOne]
