import { readFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readConfiguration } from "../../../src/pipelines/configuration/settings.ts"
import type { Tried } from "../../../src/pipelines/drill/drill.ts"
import { tellDrill } from "../../../src/pipelines/drill/outcome.ts"
import { passesOf } from "../../../src/pipelines/drill/sample.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const chosenOf = (record_id: string, customer_id: string, more: Partial<Tried["chosen"]> = {}): Tried["chosen"] => ({
  alteration: "transaction dropped",
  of_table: "transactions",
  listed_as: "fiat_deposits",
  record_id,
  customer_id,
  other_customer: null,
  other_account: null,
  currency: "EUR",
  amount: "100.100000000000000000",
  created_at: null,
  resource_type: "fiat_deposit",
  ...more,
})

const triedOf = (chosen: Tried["chosen"], outcome: Tried["outcome"], codes: ReadonlyArray<string> = []): Tried => ({
  chosen,
  outcome,
  codes,
  movesBalance: true,
  judgedAs: "first reading",
  balances: "made to fit",
})

it.effect("tells by alteration, list and currency what was noticed, exactly, and an example of each miss", () =>
  Effect.gen(function* () {
    const out = yield* temporaryFolder
    const configuration = yield* readConfiguration(null, [])
    const run = { runId: "20260628T023000000Z-aaaa", startedAt: "2026-06-28T02:30:00.000Z" }
    const tried = [
      triedOf(chosenOf("t-1", "c-1"), "noticed", ["LED_MISSING_TRANSACTION"]),
      triedOf(chosenOf("t-2", "c-2", { amount: "0.200000000000000000" }), "noticed", [
        "BAL_INCEPTION",
        "LED_MISSING_TRANSACTION",
      ]),
      triedOf(chosenOf("t-3", "c-3", { amount: "5" }), "missed"),
      triedOf(chosenOf("t-4", "c-4", { currency: "ETH", amount: "0.000000000000000001" }), "unproven", [
        "LED_AMOUNT_MISMATCH",
      ]),
      triedOf(chosenOf("t-5", "c-5", { alteration: "transaction of another type" }), "noticed", ["LED_TYPE_MISMATCH"]),
      triedOf(chosenOf("r-1", "c-6", { alteration: "record and transaction dropped" }), "missed"),
    ]
    const told = yield* tellDrill({ run, tried, raisedElsewhere: [] }, { configuration, sample: 3, seed: 1, out })
    expect(told.totals).toEqual([
      {
        judgedAs: "first reading",
        balances: "made to fit",
        of: "money moved",
        tried: 4,
        noticed: 2,
        unproven: 1,
        missed: 1,
        money: [
          {
            currency: "ETH",
            tried: "0.000000000000000001",
            noticed: "0",
            unproven: "0.000000000000000001",
            missed: "0",
          },
          { currency: "EUR", tried: "105.3", noticed: "100.3", unproven: "0", missed: "5" },
        ],
      },
      expect.objectContaining({ of: "no check can see it", tried: 1, missed: 1 }),
      expect.objectContaining({ of: "no money moved", tried: 1, noticed: 1 }),
    ])
    const [, ...lines] = readFileSync(join(out, `recon_drill_20260628_${run.runId}.csv`), "utf8")
      .trimEnd()
      .split("\r\n")
    expect(lines).toContain(
      "first reading,made to fit,transaction dropped,true,fiat_deposits,EUR,3,2,0,1,105.30,100.30,0.00,5.00,BAL_INCEPTION LED_MISSING_TRANSACTION,t-3,",
    )
    expect(lines.find((line) => line.includes("record and transaction dropped"))).toMatch(/,r-1,said_alike$/)
    expect(told.rows.length).toBe(lines.length)
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer)),
)

it("puts as many alterations as possible into one pass, each at customers of its own", () => {
  const moved = { alteration: "transaction of another customer", other_customer: "c-2" }
  const cases = [chosenOf("t-1", "c-1", moved), chosenOf("t-2", "c-2"), chosenOf("t-3", "c-3"), chosenOf("t-4", "c-1")]
  expect(passesOf(cases).map((pass) => pass.map(({ record_id }) => record_id))).toEqual([
    ["t-1", "t-3"],
    ["t-2", "t-4"],
  ])
})
