import { accept, clean, finds, first, found, next, partial, world } from "../expected.ts"
import { loose, opening, settled, unreadableFee } from "../postings.ts"
import { ALPHA, BETA, cryptoIn, cryptoOut, GAMMA, hashOf, merge, payment } from "../rows.ts"
import type { Lists, World } from "../world.ts"

const adjusted = (id: string, money: string, over = {}): Lists => loose(ALPHA, id, "ADJUSTMENT", money, over)

const twentyTwo: ReadonlyArray<World> = [
  world(
    "22 an adjustment that gives, and one that was taken back",
    "50,000 JPY were given to ALPHA and nobody said why. What was taken by mistake and given back is none.",
    [
      first(
        merge(
          adjusted("adj-1", "50000 JPY", { direction: "CREDIT" }),
          opening(ALPHA, "900 KWD"),
          adjusted("adj-2", "7.005 KWD", { status: "REVERSED", at: "-40h" }),
          adjusted("adj-2-back", "7.005 KWD", { direction: "CREDIT", at: "-39h" }),
        ),
        finds(found("LED_ADJUSTMENT", "t-adj-1", "50000", "high")),
      ),
    ],
  ),
  world(
    "22 history is accepted at once, and a new adjustment is new",
    "All of the first night's were accepted by their code. What comes on the second night nobody has seen. One that FAILED and one that is PENDING have moved nothing.",
    [
      first(
        merge(
          opening(ALPHA, "2 BTC BITCOIN"),
          adjusted("adj-1", "0.1 BTC"),
          adjusted("adj-2", "0.2 BTC", { at: "-60h" }),
          adjusted("adj-8", "0.3 BTC", { status: "FAILED" }),
        ),
        finds(found("LED_ADJUSTMENT", "t-adj-1", "0.1"), found("LED_ADJUSTMENT", "t-adj-2", "0.2")),
      ),
      next(
        merge(
          adjusted("adj-3", "0.1 BTC", { at: "-5h" }),
          adjusted("adj-9", "0.3 BTC", { status: "PENDING", at: "-5h" }),
        ),
        finds(found("LED_ADJUSTMENT", "t-adj-3", "0.1")),
        {
          acts: [["exceptions", "write-off", "--code", "LED_ADJUSTMENT", "--reason", "history", "--by", "controller"]],
        },
      ),
    ],
  ),
  world(
    "22 accepted, and a customer is dropped from the roster",
    "ALPHA's adjustment stays accepted. That BETA is read no longer is told until somebody retires it.",
    [
      first(
        merge(opening(ALPHA, "90 EUR"), adjusted("adj-1", "10 EUR"), opening(BETA, "70 EUR")),
        finds(found("LED_ADJUSTMENT", "t-adj-1", "10.00")),
      ),
      next({}, finds(found("COV_CUSTOMER_DROPPED", BETA.customerId, undefined, "high")), {
        acts: [accept()],
        dropped: ["BETA"],
      }),
    ],
  ),
]

const fee = (who: typeof ALPHA, id: string, money: string, at: string, over = {}): Lists =>
  loose(who, id, "FEE", money, { at, ...over })

const twentyThree: ReadonlyArray<World> = [
  world(
    "23 one fee twice, as people write it, and one without a word",
    '"Fee 11/2026" and "fee  11/2026 " are one fee of 0.001 BTC; BETA paid 5 KWD twice within an hour, and no other that size.',
    [
      first(
        merge(
          opening(ALPHA, "1 BTC BITCOIN"),
          fee(ALPHA, "fee-1", "0.001 BTC", "-31h", { reference: "Fee 11/2026" }),
          fee(ALPHA, "fee-2", "0.001 BTC", "-30h", { reference: "fee  11/2026 " }),
          opening(BETA, "90 KWD"),
          fee(BETA, "fee-3", "5 KWD", "-31h"),
          fee(BETA, "fee-4", "5 KWD", "-30h"),
        ),
        finds(found("DUP_FEE", ["t-fee-1", "t-fee-2"], undefined, "high"), found("DUP_FEE", ["t-fee-3", "t-fee-4"])),
      ),
    ],
  ),
  world(
    "23 a fee that is posted again the next night",
    "Ten hours lie between the two, and the night between them was clean. BETA's fees could not be read on the second.",
    [
      first(
        merge(
          opening(ALPHA, "90000 JPY"),
          fee(ALPHA, "fee-1", "250 JPY", "-4h", { reference: "custody" }),
          opening(BETA, "3 EUR"),
        ),
        clean,
      ),
      next(
        fee(ALPHA, "fee-2", "250 JPY", "-18h", { reference: "custody" }),
        partial(found("DUP_FEE", ["t-fee-1", "t-fee-2"])),
        { unavailable: ["BETA/transactions"] },
      ),
    ],
  ),
  world(
    "23 near misses: three alike without a reference, a day apart with one, and two amounts",
    "Three equal charges within an hour are a tariff, not a copy. The same reference after thirteen hours is another charge.",
    [
      first(
        merge(
          opening(ALPHA, "900 EUR"),
          ...["-31h", "-30h", "-29h"].map((at, nth) => fee(ALPHA, `fee-${nth}`, "2 EUR", at)),
          opening(BETA, "900 EUR"),
          fee(BETA, "fee-3", "25 EUR", "-44h", { reference: "custody" }),
          fee(BETA, "fee-4", "25 EUR", "-31h", { reference: "custody" }),
          opening(GAMMA, "900 EUR"),
          fee(GAMMA, "fee-5", "25 EUR", "-31h", { reference: "custody" }),
          fee(GAMMA, "fee-6", "26 EUR", "-31h", { reference: "custody" }),
        ),
        clean,
      ),
    ],
  ),
]

const hash = hashOf("a transfer")
const capitals = `0x${hash.slice(2).toUpperCase()}`
const twentyFour: ReadonlyArray<World> = [
  world(
    "24 two payments, and two withdrawals, of one transfer",
    "The payments' hashes differ in the 0x, the withdrawals' in capitals, each in a currency of its own.",
    [
      first(
        merge(
          settled(
            payment(ALPHA, "pay-1", "500 USDC ETHEREUM", { txHash: hash }),
            payment(ALPHA, "pay-2", "500 USDC ETHEREUM", { txHash: hash.slice(2), at: "-30h" }),
          ),
          opening(BETA, "2 BTC BITCOIN"),
          settled(
            cryptoOut(BETA, "wd-1", "0.25 BTC BITCOIN", { txHash: hash.slice(2) }),
            cryptoOut(BETA, "wd-2", "0.25 BTC BITCOIN", { txHash: hash.slice(2).toUpperCase(), at: "-30h" }),
          ),
          unreadableFee(ALPHA, "JPY"),
        ),
        finds(
          found("TX_HASH_REUSED", ["pay-1", "pay-2"], undefined, "critical"),
          found("TX_HASH_REUSED", ["wd-1", "wd-2"], undefined, "critical"),
          { codes: ["REC_INVALID"] },
        ),
      ),
    ],
  ),
  world(
    "24 credited on the first night, and again on the second",
    "1.5 ETH came in, and the second night's payment is the same transfer, written in capitals.",
    [
      first(settled(cryptoIn(ALPHA, "dep-1", "1.5 ETH ETHEREUM", { txHash: hash })), clean),
      next(
        settled(payment(ALPHA, "pay-1", "1.5 ETH ETHEREUM", { txHash: capitals, at: "-5h" })),
        finds(found("TX_HASH_REUSED", ["dep-1", "pay-1"], undefined, "critical")),
      ),
    ],
  ),
  world(
    "24 near misses: another network, and one of the two was undone",
    "The same digits on another network are another transfer; a deposit that FAILED credited nothing a second time.",
    [
      first(
        merge(
          settled(
            cryptoIn(ALPHA, "dep-1", "500 USDC ETHEREUM", { txHash: hash }),
            cryptoIn(ALPHA, "dep-2", "500 USDC POLYGON", { txHash: hash, at: "-30h" }),
            cryptoIn(BETA, "dep-3", "70 USDT TRON", { txHash: capitals }),
          ),
          cryptoIn(BETA, "dep-4", "70 USDT TRON", { txHash: hash, status: "FAILED", at: "-30h" }),
        ),
        clean,
      ),
    ],
  ),
]

const solana = "5VfydnLu4XHxJqHbJk7zRk3mQWTcYwDnNQb8hUuPZkGa2rXoEtS9vMdLpCiB6jTyAeKwF1gNhVqRsUxYzW3m4cDb"

const twentyFive: ReadonlyArray<World> = [
  world(
    "25 hashes of Solana that do not differ",
    "Every letter is the same, capitals too: one transfer, withdrawn twice to one beneficiary.",
    [
      first(
        merge(
          opening(ALPHA, "900 USDT SOLANA"),
          settled(
            cryptoOut(ALPHA, "wd-1", "80 USDT SOLANA", { txHash: solana }),
            cryptoOut(ALPHA, "wd-2", "80 USDT SOLANA", { txHash: solana, at: "-30h" }),
          ),
        ),
        finds(found("TX_HASH_REUSED", ["wd-1", "wd-2"], undefined, "critical")),
      ),
    ],
  ),
  world(
    "25 near miss: withdrawals whose hashes differ in one capital",
    "0.3 SOL to one beneficiary, two days in a row: two transfers.",
    [
      first(
        merge(
          opening(ALPHA, "9 SOL SOLANA"),
          settled(
            cryptoOut(ALPHA, "wd-1", "0.3 SOL SOLANA", { txHash: solana }),
            cryptoOut(ALPHA, "wd-2", "0.3 SOL SOLANA", { txHash: solana.replace("5Vf", "5vf"), at: "-26h" }),
          ),
        ),
        clean,
      ),
    ],
  ),
  world(
    "25 near miss: one batch, two amounts, to one wallet",
    "A transfer that carries 300 and 45 USDC to the same wallet is recorded as two deposits, rightly.",
    [
      first(
        settled(
          cryptoIn(ALPHA, "dep-1", "300 USDC ETHEREUM", { txHash: hash }),
          cryptoIn(ALPHA, "dep-2", "45 USDC ETHEREUM", { txHash: capitals, at: "-49h" }),
        ),
        clean,
      ),
    ],
  ),
]

export const twiceAndAdjusted: ReadonlyArray<World> = [...twentyTwo, ...twentyThree, ...twentyFour, ...twentyFive]
